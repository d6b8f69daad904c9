"""Homes whose rows lie on a primary and its replicas."""

from sqlalchemy import Executable

from minigram.databases import Rows
from minigram.databases.node import Node
from minigram.databases.one import OneDatabase
from minigram.databases.sharded.home import Shard
from minigram.databases.sharded.routes import Routes
from minigram.databases.sharded.text import written


class ReplicatedDatabase(OneDatabase):
    """All homes are one group."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def fresh(self) -> "ReplicatedDatabase":
        return ReplicatedDatabase(self._node.fresh)


class ReplicatedShard(Shard):
    """A logical shard on one of several groups."""

    def __init__(self, number: int, routes: Routes) -> None:
        super().__init__(number, routes)
        self._fresh = _FreshShard(number, routes)

    @property
    def fresh(self) -> Shard:
        return self._fresh


class _FreshShard(Shard):
    def read(self, statement: Executable, **params: object) -> Rows:
        text = written(statement)
        query, values = text.at(self.schema), text.values(params)
        return self._routes.ask(self.number, lambda node, _: node.fresh.read(query, values))
