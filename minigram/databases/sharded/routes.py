"""From a shard to the server that has it, and after a refusal once more."""

import threading
from collections.abc import Callable
from typing import TypeVar

from minigram.databases import Unavailable
from minigram.databases.node import Node
from minigram.databases.sharded.map import Place, ShardMap
from minigram.databases.sharded.refusal import Refusal, refused

T = TypeVar("T")


class Routes:
    """The map names servers; `reach` makes the connections to one, the first time that it is asked."""

    def __init__(self, map: ShardMap, reach: Callable[[str], Node]) -> None:
        self.map, self._reach = map, reach
        self._nodes: dict[str, Node] = {}
        self._adding = threading.Lock()

    def ask(self, shard: int, ask: Callable[[Node, Place], T]) -> T:
        """What the shard's server answers.

        Where it refuses, nothing has been done, and the question goes once more to the server that the map names then.
        Raises Unavailable if that refuses, too.
        """
        place = self.map.place(shard)
        try:
            return ask(self.node(place.server), place)
        except Unavailable:
            self.map.doubt()
            raise
        except Refusal as error:
            if refused(error) != shard:
                raise
        place = self.map.after(place)
        try:
            return ask(self.node(place.server), place)
        except Refusal as error:
            raise moving(error, shard) from error

    def node(self, server: str) -> Node:
        """The connections to a server."""
        found = self._nodes.get(server)
        return found if found is not None else self._add(server)

    def close(self) -> None:
        for node in self._nodes.values():
            node.close()

    def _add(self, server: str) -> Node:
        with self._adding:
            if server not in self._nodes:
                self._nodes[server] = self._reach(server)
            return self._nodes[server]


def moving(error: Exception, *shards: int) -> Exception:
    """What to raise after an error that nothing can be tried against: Unavailable if one of these is refused."""
    return Unavailable("the shard is moving") if refused(error) in shards else error
