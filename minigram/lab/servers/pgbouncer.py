"""PgBouncer in transaction mode, in front of the one PostgreSQL that its Need names."""

from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import psycopg

from minigram.lab.servers.native import Native
from minigram.lab.servers.ports import HOST
from minigram.lab.servers.server import Recipe, Server
from minigram.lab.servers.software import Software

ADMIN = "pgbouncer"
"""The database that is PgBouncer itself, and the user that may ask it."""


class Pgbouncer(Server):
    """Clients come as the app's role, with a password of this pooler's own. Their transactions share `pool_size`
    connections to PostgreSQL (a setting of the Need; 20 without one)."""

    software = Software(programs=("pgbouncer",), debian="pgbouncer", homebrew="pgbouncer")
    image = "minigram-pgbouncer:bookworm"
    dockerfile = (  # its makers publish no image
        "FROM debian:bookworm-slim\n"
        "RUN apt-get update && apt-get install -y --no-install-recommends pgbouncer && rm -rf /var/lib/apt/lists/*\n"
        "USER postgres\n"
    )

    def native(self, box: Native) -> list[str]:
        """Its two files, and the program in the foreground."""
        for name, content in self._files(self.home).items():
            path = self.home / name
            path.touch(mode=0o600)
            path.write_text(content)
            box.give(path)
        return [box.found["pgbouncer"], str(self.home / "pgbouncer.ini")]

    def docker(self) -> Recipe:
        """The same files, written inside before it starts."""
        files = self._files(Path("/tmp"))
        write = " && ".join(f'printf %s "${key}" > /tmp/{name}' for key, name in zip("AB", files, strict=True))
        start = f"umask 077 && {write} && exec pgbouncer /tmp/pgbouncer.ini"
        return Recipe(["sh", "-c", start], dict(zip("AB", files.values(), strict=True)), on_host=True)

    @property
    def url(self) -> str:
        """The app's role, in the database behind it."""
        return f"postgresql://{self._behind.username}:{self.secret}@{HOST}:{self.port}{self._behind.path}"

    @property
    def admin_url(self) -> str:
        """PgBouncer's own console: SHOW POOLS, SHOW STATS, RELOAD."""
        return f"postgresql://{ADMIN}:{self.admin_secret}@{HOST}:{self.port}/{ADMIN}"

    def answer(self) -> str:
        """Its version. The console takes simple statements alone, which is what a client cursor sends."""
        with psycopg.connect(self.admin_url, autocommit=True, connect_timeout=5) as connection:
            row = psycopg.ClientCursor(connection).execute("SHOW VERSION").fetchone()
            assert row is not None
            return str(row[0]).split()[-1]

    @property
    def _behind(self) -> SplitResult:
        (server,) = self.behind.values()
        return urlsplit(server.url)

    def _files(self, folder: Path) -> dict[str, str]:
        to = self._behind
        settings = {
            "listen_addr": HOST,
            "listen_port": self.port,
            "unix_socket_dir": "",
            "auth_type": "scram-sha-256",
            "auth_file": folder / "users.txt",
            "admin_users": ADMIN,
            "pool_mode": "transaction",
            "max_client_conn": 1000,
            "default_pool_size": 20,
            "query_wait_timeout": 5,  # seconds; then a client is told, instead of waiting for ever
            "server_connect_timeout": 2,
            "server_login_retry": 0.2,  # after PostgreSQL was away: the usual 15 s would be 15 s more of errors
            "server_check_query": "",  # PostgreSQL counts statements, and shall count the app's alone
            "ignore_startup_parameters": "extra_float_digits",
            "log_connections": 0,
            "log_disconnections": 0,
            **self.need.settings,
        }
        lines = "\n".join(f"{name} = {value}" for name, value in settings.items())
        database = f"host={to.hostname} port={to.port} user={to.username} password={to.password}"
        ini = f"[databases]\n{to.path[1:]} = {database}\n\n[pgbouncer]\n{lines}\n"
        users = f'"{to.username}" "{self.secret}"\n"{ADMIN}" "{self.admin_secret}"\n'
        return {"pgbouncer.ini": ini, "users.txt": users}
