"""A PostgreSQL that replicas follow, and that is itself one after another was promoted."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg import OperationalError

from minigram.addresses import Need
from minigram.databases.replicated import asking, in_service
from minigram.databases.replicated.roles import Group, beside
from minigram.lab import LabError
from minigram.lab.servers.container import Container
from minigram.lab.servers.native import Native
from minigram.lab.servers.ports import HOST
from minigram.lab.servers.postgres import APP, INITDB, OWN_MEMORY, Postgres
from minigram.lab.servers.server import Neighbour, Recipe

if TYPE_CHECKING:
    from minigram.lab.servers.server import Box

SETTINGS = {
    "wal_log_hints": "on",  # without it, or checksums, pg_rewind cannot tell what has changed
    "max_wal_senders": "20",
    "max_replication_slots": "20",
    "wal_keep_size": "64MB",  # for pg_rewind, from the last checkpoint before the promotion
    "max_slot_wal_keep_size": "1GB",  # a replica that stays away longer is copied anew; the disk does not fill
    "restart_after_crash": "off",  # a replica that recovered by itself would answer reads with what was before
}
"""All members of a group have these."""


class Primary(Postgres):
    """The first primary of the group of its name.

    Whenever it starts again it looks who is the primary now. If that is another, it goes back to where the two parted
    (pg_rewind) or, where that cannot be told, begins with a new copy, and comes back as that one's replica.
    """

    software = replace(
        Postgres.software,
        programs=("postgres", "initdb", "pg_basebackup", "pg_rewind"),
        unneeded=Postgres.software.unneeded.replace("postgresql-client|", ""),  # pg_basebackup is there
    )

    def __init__(
        self, need: Need, run: Path, box: "type[Box]", behind: Mapping[str, Neighbour], port: int | None
    ) -> None:
        super().__init__(replace(need, settings={**SETTINGS, **need.settings}), run, box, behind, port)
        self.group = self.name
        self.members: dict[str, Primary] = {self.name: self}
        self.roles = beside(run / "media")
        self._generation = 1

    def docker(self) -> Recipe:
        """On this machine's network: whoever is promoted, the others listen on 127.0.0.1."""
        recipe = super().docker()
        recipe.environment["POSTGRES_INITDB_ARGS"] = " ".join([*INITDB, "--auth=scram-sha-256"])
        return Recipe([*recipe.command, *self._listening()], recipe.environment, on_host=True)

    def start(self) -> None:
        """Start it, in the role that it has now."""
        if not self._known:
            super().start()
            return
        with self.roles.changing(self.group) as group:  # nobody is promoted in its place while it starts
            if group.primary == self.name:
                super().start()
                self._generation = group.generation
                in_service.arrange(group, self.urls())  # who was to be waited for may have gone meanwhile
                return
        serves = self.name in group.replicas  # it follows the primary already, whoever that is
        if group.primary is None and not serves and self.name != group.former:
            raise LabError(f"{self.group} has no primary at the moment. Promote a replica first.")
        with suppress(OperationalError, asking.Refused):  # it may have what no other has: then it stays in service
            in_service.detach(self.roles, self.group, self.name, self.urls())
        if group.primary is not None:
            self._become_replica(group, self.members[group.primary], serves)
        super().start()
        with suppress(OperationalError):  # the primary is away: it is put in service later
            self._attach()
            self._generation = group.generation

    def welcome(self) -> None:
        super().welcome()
        self.roles.save(Group(self.group, primary=self.name))

    def urls(self) -> dict[str, str]:
        """Where the lab reaches each member of the group."""
        return {name: member.admin_url for name, member in self.members.items()}

    def _attach(self) -> None:
        try:
            in_service.attach(self.roles, self.group, self.name, self.urls())
        except asking.Refused as error:
            raise LabError(f"{self.kind} '{self.name}': {error}. Its log ends:\n{self.box.tail()}") from error

    def _become_replica(self, group: Group, primary: "Primary", serves: bool) -> None:
        """Let it have nothing that its primary has not, and be a replica of that one."""
        try:
            kept = in_service.make_slot(primary.admin_url, self.name)
        except OperationalError as error:
            if self.name not in group.astray and (serves or group.generation == self._generation):
                return  # it is one already, and both have been away
            raise LabError(f"{primary.name}, the primary of {self.group}, does not answer: {error}") from error
        led = self._tool("sh", "-c", f"test -e {self._data}/standby.signal || echo it led")
        # Two that were promoted from one timeline, and did not know of each other, gave the next one the same number:
        # pg_rewind would take the two for one.
        if not kept or self.name in group.astray:
            self._copy(primary)
        elif led:
            try:
                self._rewind(primary)
            except LabError:  # what it needs for that is gone
                self._copy(primary)
        elif not serves and group.generation != self._generation:
            # It may have had more of the last primary than the new one has. There is no way back for a replica: the
            # single-user mode would make a primary of it, which writes a log of its own.
            self._copy(primary)

    def _rewind(self, primary: "Primary") -> None:
        """Go back to where the two parted, and follow."""
        data = self._data
        self._tool("sh", "-c", f"rm -f {data}/postmaster.pid {data}/*.signal")
        # pg_rewind wants a cluster that was shut down. By itself it would do that without our settings.
        self._tool("postgres", "--single", "-D", data, *self._settings(), *OWN_MEMORY, "template1")
        self._tool(
            "pg_rewind", "-D", data, f"--source-server={self._source(primary)} dbname={APP}",
            "--write-recovery-conf", "--no-ensure-shutdown", "--no-sync",
        )  # fmt: skip

    def _copy(self, primary: "Primary") -> None:
        """Begin with a new copy."""
        self._tool("sh", "-c", f"rm -rf {self._data}/*")
        self._tool(*self._copying(primary))
        with self.roles.changing(self.group) as group:
            self.roles.save(replace(group, astray=tuple(one for one in group.astray if one != self.name)))

    def _copying(self, primary: "Primary") -> list[str]:
        return [
            "pg_basebackup", "-D", self._data, "-d", self._source(primary), "--checkpoint=fast", "--wal-method=stream",
            f"--slot={self.name}", "--write-recovery-conf", "--no-sync",
        ]  # fmt: skip

    def _source(self, primary: "Primary") -> str:
        """The connection to the primary. The password is in a file, for everybody may read a command line."""
        at = f"host={HOST} port={primary.port} user=postgres"
        if not isinstance(self.box, Native):
            return at  # and in the environment
        file = self.home / "pgpass"
        file.touch(mode=0o600)
        file.write_text(f"{HOST}:*:*:postgres:{primary.admin_secret}\n")
        self.box.give(file)
        return f"{at} passfile={file}"

    def _tool(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs on the files, while the server is down; what it printed."""
        if isinstance(self.box, Container):
            return self.box.tool("postgres", {"PGPASSWORD": self.admin_secret}, program, *arguments)
        assert isinstance(self.box, Native)
        return self.box.tool(str(self.box.found.programs.get(program, program)), *arguments)

    @property
    def _data(self) -> str:
        return str(self.home / "cluster" / "data") if isinstance(self.box, Native) else "/var/lib/postgresql/data"

    def _settings(self) -> list[str]:
        """Its name as well: it is how the primary knows it."""
        names = ("cluster_name", "primary_slot_name")
        return [*super()._settings(), *(word for name in names for word in ("-c", f"{name}={self.name}"))]

    def _listening(self) -> list[str]:
        return ["-c", f"listen_addresses={HOST}", "-p", str(self.port)]
