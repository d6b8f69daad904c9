"""All logical shards, on groups: each of them a primary and its replicas."""

from collections.abc import Mapping

from minigram.databases import Home
from minigram.databases.replicated.homes import ReplicatedShard
from minigram.databases.replicated.node import ReplicatedNode
from minigram.databases.sharded.databases import ShardedDatabases
from minigram.databases.sharded.home import Shard
from minigram.databases.sharded.many import Many
from minigram.databases.sharded.map import ShardMap
from minigram.databases.sharded.routes import Routes


class ReplicatedDatabases(ShardedDatabases):
    """`groups` are the servers that the map names, each with its replicas."""

    def __init__(self, main: Home, groups: Mapping[str, ReplicatedNode]) -> None:
        self.map = ShardMap(main)
        self.routes = GroupRoutes(self.map, groups)
        self._many = Many(self.routes)
        self._shards: list[Shard] = [ReplicatedShard(number, self.routes) for number in range(len(self.map))]


class GroupRoutes(Routes):
    """A server that the map alone knows, because it came later, has no replicas."""

    def __init__(self, map: ShardMap, groups: Mapping[str, ReplicatedNode]) -> None:
        super().__init__(map, {})
        self._nodes.update(groups)
