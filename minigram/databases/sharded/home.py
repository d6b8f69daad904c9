"""A logical shard as a home."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from sqlalchemy import Executable, Table

from minigram.databases import Rows
from minigram.databases.ids import schema_of
from minigram.databases.node import Node
from minigram.databases.sharded.map import Place
from minigram.databases.sharded.routes import Routes
from minigram.databases.sharded.text import written
from minigram.databases.sharded.transaction import ShardTransaction


class Shard:
    """Its rows lie on one server, in the schema of its number; on which server, the map knows.

    With `only_fresh`, its reads are the node's fresh ones.
    """

    def __init__(self, number: int, routes: Routes, only_fresh: bool = False) -> None:
        self.number, self.schema, self._routes = number, schema_of(number), routes
        self._only_fresh = only_fresh

    @property
    def fresh(self) -> "Shard":
        return Shard(self.number, self._routes, only_fresh=True)

    def read(self, statement: Executable, **params: object) -> Rows:
        text = written(statement)
        query, values = text.at(self.schema), text.values(params)
        return self._routes.ask(self.number, partial(_read, query, values, self._only_fresh))

    @contextmanager
    def begin(self) -> Iterator[ShardTransaction]:
        with ExitStack() as ending:
            yield ShardTransaction(self.number, self._routes, ending)

    def ids(self, table: Table, count: int) -> list[int]:
        query = b"SELECT id FROM %b.next_ids($1) AS id" % self.schema.encode()
        found: set[int] = set()
        while len(found) < count:  # of more than 1,024 for a millisecond, some are the same
            missing = [count - len(found)]
            found.update(row.id for row in self._routes.ask(self.number, partial(_read, query, missing, True)))
        return sorted(found)

    def copy(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        self._routes.ask(self.number, lambda node, _: node.copy(table, columns, rows, self.schema))


def _read(query: bytes, values: Sequence[object], fresh: bool, node: Node, _: Place) -> Rows:
    return (node.fresh if fresh else node).read(query, values)
