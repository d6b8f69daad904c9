"""All homes are one PostgreSQL."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Executable, Table, func, select

from minigram.databases import AnySelect, Rows, Transaction
from minigram.databases.node import Node
from minigram.databases.reading import written


class OneDatabase:
    """Databases and the only Home in one."""

    def __init__(self, url: str, connections: int = 16, prepare: bool = True) -> None:
        self._node = Node(url, connections, prepare)

    def of(self, id: int) -> "OneDatabase":
        return self

    def draw(self) -> "OneDatabase":
        return self

    def every(self) -> Sequence["OneDatabase"]:
        return (self,)

    def each(self, ids: Sequence[int], query: AnySelect, limit: int, **params: object) -> Rows:
        return self.read(query, ids=list(ids), **params)[:limit] if ids else []

    def all(self, query: AnySelect, limit: int, **params: object) -> Rows:
        return self.read(query, **params)[:limit]

    @property
    def fresh(self) -> "OneDatabase":
        return self

    def read(self, statement: Executable, **params: object) -> Rows:
        query, fixed = written(statement)
        return self._node.read(query, {**fixed, **params})

    def begin(self) -> AbstractContextManager[Transaction]:
        return self._node.begin()

    def ids(self, table: Table, count: int) -> list[int]:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        return [row[0] for row in self.read(select(func.nextval(sequence)).select_from(func.generate_series(1, count)))]

    def copy(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        self._node.copy(table, columns, rows)

    def close(self) -> None:
        self._node.close()
