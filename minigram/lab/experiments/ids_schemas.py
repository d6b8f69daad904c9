"""Schemas with ids of their own on any PostgreSQL, and many connections that draw from them at the same time."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol, TypeVar

import psycopg
from psycopg import sql

from minigram.databases import ids

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]


class Making(Protocol):
    """`ids.ddl`, or what makes other ids by the same names."""

    def __call__(self, schema: str, shard: int, clock: str = ids.CLOCK) -> tuple[str, ...]: ...


@contextmanager
def lab_schemas(url: str, shards: Sequence[int], make: Making = ids.ddl, clock: str = ids.CLOCK) -> Iterator[list[str]]:
    """Schemas with ids of these shards, apart from the app's; `{schema}` in `clock` is the schema's name."""
    names = [f"lab_{ids.schema_of(shard)}" for shard in shards]
    with psycopg.connect(url, autocommit=True) as connection:

        def drop(schema: str) -> None:
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))

        connection.execute("SET client_min_messages = warning")  # what goes with a schema is not worth telling
        try:
            with connection.transaction():
                for schema, shard in zip(names, shards, strict=True):
                    drop(schema)
                    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
                    for statement in make(schema, shard, clock.format(schema=schema)):
                        connection.execute(statement.encode())
            yield names
        finally:
            with connection.transaction():
                for schema in names:
                    drop(schema)


def at_once(url: str, connections: int, deed: Callable[[Connection, int], T]) -> list[T]:
    """What the deed returns on each of many connections, which are open before the first of them begins."""
    with ExitStack() as opened, ThreadPoolExecutor(connections) as pool:
        every = [opened.enter_context(psycopg.connect(url, autocommit=True)) for _ in range(connections)]
        return list(pool.map(deed, every, range(connections)))


def draw(connection: Connection, schema: str, count: int) -> list[int]:
    """So many ids of a schema, in one statement, set-based."""
    query = sql.SQL("SELECT id FROM {}({}) AS id").format(sql.Identifier(schema, "next_ids"), count)
    return [id for (id,) in connection.execute(query, binary=True)]


def draw_by_row(connection: Connection, schema: str, count: int) -> list[int]:
    """So many ids of a schema, in one statement that asks for each."""
    query = sql.SQL("SELECT {}() FROM generate_series(1, {})").format(sql.Identifier(schema, "next_id"), count)
    return [id for (id,) in connection.execute(query, binary=True)]
