"""Chapter 3: logical shards on several PostgreSQL servers; what concerns two homes goes through an outbox."""

from typing import TYPE_CHECKING, ClassVar

from minigram.addresses import Addresses, Need, Process
from minigram.stages.ch02_web_tier import WebTier
from minigram.system import part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import click

    from minigram.databases import Databases
    from minigram.databases.node import Node
    from minigram.databases.sharded.databases import ShardedDatabases
    from minigram.directory import Directory
    from minigram.events import Handlers
    from minigram.outbox.hand_over import HandOver
    from minigram.outbox.publishing import Outbox


class Sharded(WebTier):
    title = "Sharding"

    logical: ClassVar[int] = 64
    """How many logical shards there are. Every id carries the number of its own, so this never changes."""
    servers: ClassVar[int] = 4
    """How many PostgreSQL servers they lie on, in the beginning."""

    @classmethod
    def owners(cls) -> dict[str, range]:
        """The servers with the shards that each has in the beginning."""
        return {f"db{n + 1}": range(n, cls.logical, cls.servers) for n in range(cls.servers)}

    @classmethod
    def create(cls, shards: "Iterable[int]") -> tuple[str, ...]:
        """The statements that create these shards on a server."""
        from minigram.databases.sharded.ddl import create_shards
        from minigram.directory import handles

        return create_shards(shards, [table for table in cls.schema() if table is not handles])

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        from minigram.databases.ddl import create
        from minigram.databases.sharded import map as shard_map
        from minigram.databases.sharded.moving import moves
        from minigram.directory import handles
        from minigram.outbox import table as outbox

        owners = cls.owners()
        main = Need("postgres", "main", setup=(*create([handles]), *shard_map.setup(owners), *moves.setup()))
        return (
            *(main if need.name == "main" else need for need in super().needs()),
            *(
                Need("postgres", server, setup=(*outbox.setup(), *cls.create(shards)))
                for server, shards in owners.items()
            ),
            *(Need("pgbouncer", _pool(server), before=(server,)) for server in owners),
        )

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        return (*super().processes(), Process("relay", ("minigram.outbox.relay",), asks=("pgbouncer",)))

    @classmethod
    def commands(cls) -> "tuple[click.Command, ...]":
        from minigram.databases import id_command

        return (*super().commands(), *id_command.COMMANDS)

    @part
    def main(self) -> "Databases":
        """What was the whole database keeps the directory and the map."""
        return super().databases

    @classmethod
    def primary(cls, addresses: Addresses, server: str) -> str:
        """The server that takes the writes of what the map calls `server`: with replicas, it may be another by now."""
        return server

    @classmethod
    def settle(cls, addresses: Addresses, server: str, urls: "Mapping[str, str]") -> None:
        """Returns when nobody sees at `server` what it has just withdrawn. It is the only one that has it: at once.

        `urls` are where the superuser reaches it and what leads to it. Raises Stopped.
        """

    @part
    def databases(self) -> "ShardedDatabases":
        from minigram.databases.sharded.databases import ShardedDatabases

        (main,) = self.main.every()
        return ShardedDatabases(main, self.reach)

    def reach(self, server: str) -> "Node":
        """The connections to a server that has shards, also to one that came later."""
        from minigram.databases.node import Node

        return Node(self.addresses.server(_pool(server)), prepare=False)

    @part
    def directory(self) -> "Directory":
        from minigram.directory import Directory

        return Directory(self.main)

    @part
    def events(self) -> "Outbox":
        from minigram.outbox.publishing import Outbox

        return Outbox(self.handlers, self.hand_over)

    @part
    def hand_over(self) -> "HandOver":
        """From the outboxes to the handlers, for publishers and for the relay."""
        from minigram.outbox.hand_over import HandOver

        (main,) = self.main.every()
        return HandOver(self.databases, main, self.handlers, self.refusals)

    def refusals(self) -> "Handlers":
        """Who takes back, at the home that published it, what the other home has refused."""
        from minigram.events import Followed

        return {Followed: (self.follows.refused,)}


def _pool(server: str) -> str:
    """The pooler in front of a server: db1's is pool1."""
    return server.replace("db", "pool")
