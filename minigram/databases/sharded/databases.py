"""All logical shards as the app's databases."""

import random
from collections.abc import Callable, Sequence

from minigram.databases import AnySelect, Home, Rows
from minigram.databases.ids import shard_of
from minigram.databases.node import Node
from minigram.databases.sharded.home import Shard
from minigram.databases.sharded.many import Many
from minigram.databases.sharded.map import ShardMap
from minigram.databases.sharded.routes import Routes


class ShardedDatabases:
    """The map lies at the home `main`; `reach` makes the connections to a server that it names."""

    def __init__(self, main: Home, reach: Callable[[str], Node]) -> None:
        self.map = ShardMap(main)
        self.routes = Routes(self.map, reach)
        self._many = Many(self.routes)
        self._shards = [Shard(number, self.routes) for number in range(len(self.map))]

    def of(self, id: int) -> Shard:
        return self._shards[self._number(id)]

    def shard(self, number: int) -> Shard:
        """The shard of this number."""
        return self._shards[number]

    def draw(self) -> Shard:
        return random.choice(self._shards)

    def every(self) -> Sequence[Shard]:
        return self._shards

    def each(self, ids: Sequence[int], query: AnySelect, limit: int, **params: object) -> Rows:
        asked: dict[int, list[int]] = {}
        for id in ids:
            asked.setdefault(self._number(id), []).append(id)
        return self._many.ask(asked, query, limit, params) if asked else []

    def all(self, query: AnySelect, limit: int, **params: object) -> Rows:
        return self._many.ask(dict.fromkeys(range(len(self._shards))), query, limit, params)

    def close(self) -> None:
        self._many.close()
        self.routes.close()

    def _number(self, id: int) -> int:
        # Anybody can make an id up. One of a shard that there is not is looked for where it cannot be, either.
        return shard_of(id) % len(self._shards)
