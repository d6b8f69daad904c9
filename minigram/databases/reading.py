"""Reads by psycopg itself: SQLAlchemy writes a statement down once, and is not asked again.

A home feed through gunicorn spent a quarter of its processor time in SQLAlchemy's execution of statements that it had
compiled long before: three times as long as psycopg takes for the same text. Writes are few, and stay with SQLAlchemy.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Engine, Executable
from sqlalchemy.dialects.postgresql import psycopg as dialect
from sqlalchemy.engine.interfaces import Compiled
from sqlalchemy.sql.compiler import SQLCompiler

from minigram.databases import Rows

_DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]


@lru_cache(maxsize=1_000)
def written(statement: Executable) -> tuple[bytes, Mapping[str, Any]]:
    """The statement as psycopg takes it, and the values of those parameters that the statement brings itself."""
    compiled: Compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)
    fixed = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
    return str(compiled).encode(), fixed


class Reader:
    """Reads on the connections of an engine's pool, which are in autocommit mode."""

    def __init__(self, engine: Engine, connections: int) -> None:
        self._engine, self._connections = engine, connections

    def read(self, query: bytes, values: Mapping[str, object] | Sequence[object]) -> Rows:
        """All rows of a statement, their columns by name. Its parameters have names, as `written` gives it; where the
        values are a sequence, they are $1 and so on.

        A connection that PostgreSQL has ended while nobody used it is replaced, and the statement sent again: reading
        twice does no harm. Raises what psycopg and the pool raise.
        """
        for _ in range(self._connections):  # at the worst all that the pool has kept are dead
            lent = self._engine.raw_connection()
            connection = cast("psycopg.Connection[Any]", lent.dbapi_connection)
            try:
                kind = psycopg.Cursor if isinstance(values, Mapping) else psycopg.RawCursor
                with kind(connection, row_factory=namedtuple_row) as cursor:
                    return cursor.execute(query, values).fetchall()
            except psycopg.OperationalError as error:
                if connection.closed:
                    lent.invalidate(error)
                if not connection.broken:  # it refuses the statement, or we have waited for it in vain
                    raise
            finally:
                lent.close()
        raise psycopg.OperationalError("PostgreSQL ended every connection")
