"""A server, with every right: the lab's superuser, by a connection that is no pooler's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from typing import Any, LiteralString

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[Any, ...]]
Query = LiteralString | sql.Composed

Q = sql.Identifier


class Stopped(Exception):
    """A move cannot go on now. What was done is kept; moving the same shard again goes on from there."""


class Site:
    """`url` is the superuser's. It is asked on one connection, which is opened when it is needed."""

    def __init__(self, name: str, url: str) -> None:
        self.name, self.url = name, url
        self._connection: Connection | None = None

    def ask(self, query: Query, *values: object) -> list[tuple[Any, ...]]:
        """The rows of one statement, which is a transaction of its own. Raises Stopped if the server is away."""
        with self.answering():
            cursor = self._connected().execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def one(self, query: Query, *values: object) -> Any:
        """The first value of the first row."""
        return self.ask(query, *values)[0][0]

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Several statements, all or none."""
        with self.answering(), self._connected().transaction():
            yield self._connected()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """What is raised where the server is away, or goes away, says so."""
        try:
            yield
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction) as error:
            if isinstance(error, psycopg.errors.QueryCanceled):
                raise
            reason = str(error).strip().splitlines()[0]
            raise Stopped(f"{self.name} does not answer ({reason})") from error

    def schema(self, name: str) -> bool:
        """Whether it has a schema of this name."""
        return bool(self.ask("SELECT 1 FROM pg_namespace WHERE nspname = %s", name))

    def tables(self, schema: str) -> list[str]:
        """The tables of a schema, each after those that point at it."""
        names = self.ask("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename", schema)
        pointing = self.ask(_POINTING, schema)
        before: dict[str, set[str]] = {name: set() for (name,) in names}
        for table, at in pointing:
            if table != at:
                before[at].add(table)
        return [*TopologicalSorter(before).static_order()]

    def owner(self, schema: str) -> str:
        """The role that owns a schema: the app's."""
        return str(self.one("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = %s", schema))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self.url)
        return self._connection


def connect(url: str) -> Connection:
    """A connection on which every statement is a transaction of its own."""
    return psycopg.connect(url, autocommit=True, connect_timeout=5)


def names(schema: str, tables: Sequence[str]) -> sql.Composed:
    """Tables of a schema, as a list in SQL."""
    return sql.SQL(", ").join(Q(schema, table) for table in tables)


_POINTING = """
SELECT here.relname, there.relname FROM pg_constraint AS points
JOIN pg_class AS here ON here.oid = points.conrelid JOIN pg_class AS there ON there.oid = points.confrelid
WHERE points.contype = 'f' AND here.relnamespace = to_regnamespace(%s)
"""
