"""PostgreSQL: a superuser for the lab, and a role and a database `minigram` for the app."""

import ctypes
import secrets
import signal
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from minigram.lab.servers.cache import key, prepared
from minigram.lab.servers.native import Native
from minigram.lab.servers.ports import HOST
from minigram.lab.servers.server import Recipe, Server
from minigram.lab.servers.software import Software

APP = "minigram"
INITDB = ["--wal-segsize=1", "--encoding=UTF8", "--locale=C"]
"""Small files, and one order of strings on every machine."""
SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "16MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "logical",
    "wal_retrieve_retry_interval": "100ms",  # by default the second of two moved shards waits for five seconds
    "jit": "off",
    "timezone": "UTC",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.max": "20000",
    "pg_stat_statements.save": "off",
}
"""What every PostgreSQL of the lab starts with; a stage's Need adds its own. Durability is on: it is
measured.
"""
OWN_MEMORY = ("-c", "dynamic_shared_memory_type=mmap")
"""On this machine: nothing in /dev/shm outlives a kill."""


class Postgres(Server):
    """A PostgreSQL server. A fresh one has run the Need's setup; its statement statistics are empty."""

    software = Software(
        programs=("postgres", "initdb"),
        debian="postgresql",
        homebrew="postgresql@17",
        places=("/usr/lib/postgresql/*/bin",),
        oldest=14,
        # for just-in-time compilation, which is off, and for the scripts that keep a distribution's clusters
        unneeded="libllvm|libz3|perl|lib.*-perl|postgresql-common|postgresql-client|ssl-cert|debconf|ucf|adduser|"
        "passwd|locales|lsb|sysstat|netbase|init",
    )
    image = "postgres:15"
    port_inside = 5432
    stop_signal = signal.SIGINT
    door = "postgres"
    """The database to come in by: on a fresh cluster the app's is not there yet."""

    def native(self, box: Native) -> list[str]:
        """The cluster is prepared once for each version, recipe, settings and setup, kept, and copied."""
        cluster = self.home / "cluster"
        serve = self._serving(box)
        name = key(
            box.found["postgres"], box.found.version, box.account and box.account.name,
            Path(__file__).read_text(), dict(self.need.settings), self.need.setup,
        )  # fmt: skip
        prepared("postgres", name, cluster, lambda: self._prepare(box, cluster, serve))
        self.admin_secret, self.door = (cluster / "secret").read_text(), APP
        return serve

    def docker(self) -> Recipe:
        """The image's own entry point prepares the cluster, in a volume that goes with the container."""
        environment = {"POSTGRES_PASSWORD": self.admin_secret, "POSTGRES_INITDB_ARGS": " ".join(INITDB)}
        return Recipe(["postgres", *self._settings()], environment)

    @property
    def url(self) -> str:
        """The app's role: owner of its database, no superuser."""
        return f"postgresql://{APP}:{self.secret}@{HOST}:{self.port}/{APP}"

    @property
    def admin_url(self) -> str:
        """The superuser, in the app's database."""
        return f"postgresql://postgres:{self.admin_secret}@{HOST}:{self.port}/{APP}"

    def answer(self) -> str:
        """Ask through a database that is there."""
        with self._superuser(self.door) as connection:
            return connection.info.parameter_status("server_version") or ""

    def wait(self, within: float = 60.0) -> None:
        """Return once it answers."""
        super().wait(within)
        if isinstance(self.box, Native):
            _end_memory_with_processes(self.home / "cluster" / "data")

    def welcome(self) -> None:
        """Passwords of this run's own, and empty statistics."""
        if not isinstance(self.box, Native):
            self._create()
        fresh = secrets.token_hex(16)
        with self._superuser(APP) as connection:
            for role, password in ((APP, self.secret), ("postgres", fresh)):
                change = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
                connection.execute(change)
            connection.execute("SELECT pg_stat_statements_reset()")
        self.admin_secret = fresh

    def _superuser(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=HOST, port=self.port, user="postgres", password=self.admin_secret, dbname=database,
            autocommit=True, connect_timeout=5,
        )  # fmt: skip

    def _create(self) -> None:
        """The role, its database, and in it the setup."""
        with self._superuser("postgres") as connection:
            connection.execute(f"CREATE ROLE {APP} LOGIN")
            connection.execute(f"CREATE DATABASE {APP} OWNER {APP}")
        with self._superuser(APP) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
            with connection.transaction():
                connection.execute(f"SET LOCAL SESSION AUTHORIZATION {APP}")
                for statement in self.need.setup:
                    connection.execute(statement.encode())
        self.door = APP

    def _settings(self) -> list[str]:
        settings = {**SETTINGS, **self.need.settings}
        if self.provider == "docker" or sys.platform == "linux":  # one call after a crash, not one a file
            settings["recovery_init_sync_method"] = "syncfs"
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _serving(self, box: Native) -> list[str]:
        return [
            box.found["postgres"], "-D", str(self.home / "cluster" / "data"), "-p", str(self.port), *self._settings(),
            "-c", f"listen_addresses={HOST}", "-c", "unix_socket_directories=",
            *OWN_MEMORY,
        ]  # fmt: skip

    def _prepare(self, box: Native, cluster: Path, serve: list[str]) -> None:
        box.folder(cluster)
        secret = cluster / "secret"
        secret.write_text(self.admin_secret)
        box.give(secret)
        box.tool(
            box.found["initdb"], "-D", str(cluster / "data"), "--username=postgres", "--auth=scram-sha-256",
            f"--pwfile={secret}", "--no-sync", *INITDB,
        )  # fmt: skip
        # Nothing here has to outlive a power cut: a copy is compared with what was kept before it is used.
        with box.serving([*serve, "-c", "fsync=off"]):
            self.wait()
            self._create()
            with self._superuser(APP) as connection:  # half of the files, and nobody would ever open them
                connection.execute("ALTER DATABASE template0 IS_TEMPLATE false")
                connection.execute("DROP DATABASE template0")
                connection.execute("DROP DATABASE postgres")


def _end_memory_with_processes(data: Path) -> None:
    """Mark PostgreSQL's shared memory for removal, which happens when its last process is gone, killed or
    not.
    """
    number = (data / "postmaster.pid").read_text().splitlines()[6].split()[1]
    ctypes.CDLL(None).shmctl(int(number), 0, None)  # 0 is IPC_RMID, on Linux and on macOS
