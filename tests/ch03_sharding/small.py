"""The stage with few shards, moving one of them by hand, and looking at rows where they lie."""

import psycopg

from minigram.databases.ids import schema_of
from minigram.databases.sharded.ddl import create_shards
from minigram.directory import handles
from minigram.lab.running import Running
from minigram.stages.ch03_sharding import Sharded


class Small(Sharded):
    """Eight shards on four servers: db1 has s0000 and s0004, db2 s0001 and s0005, and so on."""

    logical = 8


def refuse(bench: Running, server: str, shard: int) -> None:
    """The server refuses the shard from now on, as at the beginning of a cut-over."""
    _as_admin(bench, server, f"REVOKE ALL ON SCHEMA {schema_of(shard)} FROM minigram")


def accept(bench: Running, server: str, shard: int) -> None:
    """It does not refuse it any more."""
    _as_admin(bench, server, f"GRANT ALL ON SCHEMA {schema_of(shard)} TO minigram")


def make(bench: Running, server: str, shard: int) -> None:
    """An empty shard on another server."""
    tables = [table for table in Small.schema() if table is not handles]
    _as_admin(bench, server, "SET ROLE minigram", *create_shards([shard], tables))


def copy_rows(bench: Running, table: str, shard: int, here: str, there: str) -> None:
    """What a table of the shard has on one server, on another one, too."""
    name = f"{schema_of(shard)}.{table}"
    source, target = (psycopg.connect(bench.servers[server].admin_url) for server in (here, there))
    with source, target:
        with source.cursor().copy(f"COPY {name} TO STDOUT") as out:
            content = b"".join(map(bytes, out))
        with target.cursor().copy(f"COPY {name} FROM STDIN") as into:
            into.write(content)


def drop(bench: Running, server: str, shard: int) -> None:
    _as_admin(bench, server, f"DROP SCHEMA {schema_of(shard)} CASCADE")


def write_map(bench: Running, server: str, shard: int) -> None:
    """The map says that the shard lies on that server."""
    with psycopg.connect(bench.servers["main"].admin_url, autocommit=True) as connection:
        moved = "UPDATE shards SET server = %s, version = version + 1 WHERE shard = %s"
        connection.execute(moved, (server, shard))


def rows(bench: Running, server: str, query: str) -> list[tuple[object, ...]]:
    """What the superuser sees, in no count of ours."""
    with psycopg.connect(bench.servers[server].admin_url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def _as_admin(bench: Running, server: str, *statements: str) -> None:
    with psycopg.connect(bench.servers[server].admin_url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
