"""What lies where, and which shards have to move so that every server has as many as the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from minigram.databases.ids import schema_of
from minigram.databases.sharded.moving.site import Site, names


@dataclass(frozen=True)
class Transfer:
    """A move that is to be made."""

    shard: int
    source: str
    target: str


def plan(owners: Mapping[int, str], servers: Sequence[str]) -> list[Transfer]:
    """As few moves as possible, after which no server has two shards more than another.

    `owners` tells the server of each shard; `servers` are all, also those that have none.
    """
    held = {server: [shard for shard, owner in sorted(owners.items()) if owner == server] for server in servers}
    least, more = divmod(len(owners), len(servers))
    # Not every server can have the same number: those that have most keep one more.
    fullest = sorted(servers, key=lambda server: -len(held[server]))
    share = {server: least + (rank < more) for rank, server in enumerate(fullest)}
    room = (server for server in servers for _ in range(share[server] - len(held[server])))
    return [Transfer(shard, server, next(room)) for server in servers for shard in held[server][share[server] :]]


@dataclass(frozen=True)
class Content:
    """What the shards of a server hold: rows of all tables, and bytes with all indexes."""

    rows: int
    bytes: int


def content(site: Site, shards: Iterable[int]) -> Content:
    """Counted now, in two statements."""
    schemas = [schema_of(shard) for shard in shards]
    found = site.ask("SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY (%s)", schemas)
    if not found:
        return Content(0, 0)
    each = (sql.SQL("SELECT count(*) FROM {}").format(names(schema, [table])) for schema, table in found)
    rows = site.one(sql.SQL("SELECT sum(count)::bigint FROM ({}) AS each").format(sql.SQL(" UNION ALL ").join(each)))
    return Content(rows, site.one(_BYTES, schemas))


_BYTES = """
SELECT sum(pg_total_relation_size(pg_class.oid))::bigint FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = ANY (%s) AND relkind = 'r'
"""
