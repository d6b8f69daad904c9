"""A group as its operator has it, and what the tests do to it and see of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg

from minigram.databases.replicated import asking, failover, in_service
from minigram.databases.replicated.node import ReplicatedNode
from minigram.databases.replicated.roles import Group, Roles, beside
from minigram.lab.running import Running
from minigram.lab.servers.primary import Primary
from minigram.lab.watch import Watch
from tests.ch04_replicas.notes import reach


class Operated:
    """A group that runs, as its operator has it, and a web server's way to it."""

    def __init__(self, run: Running) -> None:
        self.run = run
        self.roles: Roles = beside(run.addresses.media)
        self.node: ReplicatedNode = reach(run)

    @property
    def group(self) -> Group:
        return self.roles.of("db")

    @property
    def urls(self) -> in_service.Urls:
        primary = self.run.servers["db"]
        assert isinstance(primary, Primary)
        return primary.urls()

    @contextmanager
    def watched(self) -> Iterator[Watch]:
        """Somebody who watches it, round by round."""
        watch = Watch(self.roles, lambda: {"db": self.urls})
        yield watch
        watch.close()

    def waits_for(self) -> str:
        """Whom the primary's commits wait for, as it knows it."""
        assert self.group.primary is not None
        return asking.state(self.urls[self.group.primary]).waits_for

    def promote(self, to: str) -> Group:
        return failover.promote(self.roles, self.group, to, self.urls)

    def synchronous(self) -> None:
        in_service.synchronous(self.roles, "db", True, self.urls)

    def primaries(self) -> set[str]:
        """The servers that would take a write from the app now."""
        return {name for name in self.urls if self._writes(name)}

    def _writes(self, name: str) -> bool:
        query = "SELECT NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off'"
        try:
            with asking.connect(self.run.servers[name].url) as connection:
                return bool(asking.value(connection, query))
        except psycopg.OperationalError:
            return False


def dies_as_successor(group: Operated, successor: str) -> None:
    """Somebody promoted this replica, and died; it became a primary, wrote something that nobody was told, and died."""
    with group.roles.changing("db") as now:
        failover.fence(group.urls["db"])
        group.roles.save(replace(now, primary=None, former="db", successor=successor, generation=2))
    with asking.connect(group.urls[successor]) as lone:
        assert asking.value(lone, "SELECT pg_promote()")
        lone.execute("INSERT INTO note VALUES (99, 'nobody was told')")
    group.run.servers[successor].kill()


def notes(group: Operated, member: str) -> object:
    """The ids of the notes that a server shows."""
    with asking.connect(group.urls[member]) as there:
        return asking.value(there, "SELECT array_agg(id ORDER BY id) FROM note")
