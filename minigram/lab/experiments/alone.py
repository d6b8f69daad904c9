"""One group by itself, a primary with two replicas, and the app's own way to it: no web server, no watch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import cast

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, bindparam, insert, select
from sqlalchemy.schema import CreateTable

from minigram.databases import Home
from minigram.databases.replicated import asking, in_service
from minigram.databases.replicated.roles import Group
from minigram.lab.running import Running, running
from minigram.lab.servers.primary import Primary
from minigram.stages.ch04_replicas import Replicas

GROUP = "main"

NOTE = Table("note", MetaData(), Column("id", BigInteger, primary_key=True), Column("said", Text))
SAID = select(NOTE.c.said).where(NOTE.c.id == bindparam("id"))


class Alone:
    """The group of a small app that has no shards: where the directory would lie. Notes are written to it."""

    def __init__(self, run: Running, system: Replicas) -> None:
        self.run, self.system = run, system
        self.home: Home = system.main

    @property
    def group(self) -> Group:
        """Who is the primary now."""
        return self.system.roles.of(GROUP)

    @property
    def primary(self) -> Primary:
        assert self.group.primary is not None
        return self.server(self.group.primary)

    @property
    def replicas(self) -> list[Primary]:
        """Those in service."""
        return [self.server(name) for name in self.group.replicas]

    @property
    def urls(self) -> in_service.Urls:
        """Where the superuser reaches each member."""
        return self.server(GROUP).urls()

    def server(self, name: str) -> Primary:
        return cast(Primary, self.run.servers[name])

    def write(self, id: int, said: str = "") -> None:
        """A note of its own. Raises Unavailable."""
        with self.home.begin() as tx:
            tx.execute(insert(NOTE).values(id=id, said=said))

    def missing(self, ids: Sequence[int]) -> list[int]:
        """Those of these notes that the primary does not have."""
        with asking.connect(self.primary.admin_url) as connection:
            there = {id for (id,) in connection.execute("SELECT id FROM note WHERE id = ANY (%s)", [list(ids)])}
        return [id for id in ids if id not in there]

    def caught_up(self) -> None:
        """Returns once every replica has all that was written."""
        for replica in self.replicas:
            with asking.connect(self.primary.admin_url) as primary, asking.connect(replica.admin_url) as connection:
                goal = asking.committed(primary)
                has = partial(asking.value, connection, "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", goal)
                asking.wait(f"{replica.name} has caught up", has, 20)

    def synchronous(self, on: bool) -> None:
        """Returns when commits wait for a replica, or wait no more."""
        in_service.synchronous(self.system.roles, GROUP, on, self.urls)
        wanted = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'"
        with asking.connect(self.primary.admin_url) as connection:
            asking.wait(
                f"commits {'wait' if on else 'do not wait'}", lambda: bool(asking.value(connection, wanted)) == on
            )


@contextmanager
def alone(stage: type[Replicas]) -> Iterator[Alone]:
    """It runs during the block, as this stage has it, but for the number of its servers."""
    small = cast("type[Replicas]", type("Alone", (stage,), {"servers": 0, "replicas": 2}))
    with running(small, processes=False) as run, small(run.addresses) as system:
        with system.main.begin() as tx:
            tx.execute(CreateTable(NOTE))
        yield Alone(run, system)
