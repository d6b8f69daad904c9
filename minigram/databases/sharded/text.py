"""A statement as text for any shard: compiled once, and again only the name of the schema is put in.

Parameters are PostgreSQL's own, $1 and so on: psycopg remembers for 128 texts where their parameters are, and there
is a text for each shard.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import psycopg as dialect
from sqlalchemy.engine.interfaces import Compiled
from sqlalchemy.sql.compiler import SQLCompiler

_DIALECT = dialect.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
_ANY = "any_shard"


class Text:
    """What PostgreSQL is sent for one statement, and in which order it takes the parameters."""

    def __init__(self, statement: Executable) -> None:
        compiled: Compiled = statement.compile(  # type: ignore[attr-defined]
            dialect=_DIALECT, schema_translate_map={None: _ANY}, render_schema_translate=True
        )
        assert isinstance(compiled, SQLCompiler)
        self._names = tuple(compiled.positiontup or ())
        self._fixed = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
        text = str(compiled).encode()
        self._pieces = text.split(_ANY.encode())
        self._ids = self._names.index("ids") if "ids" in self._names else None
        self._branches = text if self._ids is None else re.sub(rb"\$%d(?!\d)" % (self._ids + 1), _MANY, text)

    def at(self, schema: str) -> bytes:
        """The statement for one shard."""
        return schema.encode().join(self._pieces)

    def values(self, params: Mapping[str, object]) -> list[object]:
        """The values of its parameters, in their order."""
        given = {**self._fixed, **params}
        return [given[name] for name in self._names]

    def together(
        self, shards: Mapping[str, Sequence[int] | None], params: Mapping[str, object], limit: int
    ) -> tuple[bytes, list[object]]:
        """One statement over many shards of a server, each with its ids if the statement takes ids, and its values: at
        most `limit` rows, those with the greatest id first."""
        values = self.values({**params, "ids": None})
        branches: list[bytes] = []
        for schema, ids in shards.items():
            branch = self._branches.replace(_ANY.encode(), schema.encode())
            if self._ids is not None:
                if not branches:  # the first one's take the place that the statement has for them
                    number, values[self._ids] = self._ids + 1, ids
                else:
                    values.append(ids)
                    number = len(values)
                branch = branch.replace(_MANY, b"$%d" % number)
            branches.append(b"(" + branch + b")")
        values.append(limit)
        return b"%b\nORDER BY id DESC LIMIT $%d" % (b"\nUNION ALL\n".join(branches), len(values)), values


_MANY = b"$ids"


@lru_cache(maxsize=1_000)
def written(statement: Executable) -> Text:
    """The text of a statement that is made once and kept."""
    return Text(statement)
