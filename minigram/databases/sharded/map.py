"""The map: which server has which logical shard. It is data: two tables on the server that has the directory."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table, Text, bindparam, insert, select
from sqlalchemy.dialects import postgresql

from minigram.databases import Home, Unavailable
from minigram.databases.ddl import create
from minigram.databases.ids import schema_of

metadata = MetaData()

servers = Table("servers", metadata, Column("name", Text, primary_key=True))

shards = Table(
    "shards",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("server", Text, ForeignKey("servers.name"), nullable=False),
    # Counts the moves: whoever has waited for a move sees that it is over, also when the shard came back.
    Column("version", BigInteger, nullable=False, server_default="1"),
)

CUT_OVER = 2.0
"""Seconds for which a shard may be refused by its old owner before the map names the new one."""
POLL = 0.01
"""Seconds between two looks at the map meanwhile."""
DOUBT = 1.0
"""Seconds between two readings of the map while a server does not answer."""

_SERVERS = select(servers.c.name).order_by(servers.c.name)
_SHARDS = select(shards.c.shard, shards.c.server, shards.c.version).order_by(shards.c.shard)
_VERSION = select(shards.c.version).where(shards.c.shard == bindparam("shard"))


def setup(owners: Mapping[str, Iterable[int]]) -> tuple[str, ...]:
    """The statements that create the map, with the shards of each server."""
    rows = [insert(servers).values(name=name) for name in owners]
    rows += [insert(shards).values(shard=shard, server=name) for name, numbers in owners.items() for shard in numbers]
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    literal = {"literal_binds": True}
    return (
        *create(metadata.sorted_tables),
        *(str(row.compile(dialect=dialect, compile_kwargs=literal)) for row in rows),
    )


@dataclass(frozen=True)
class Place:
    """Where a shard lies, as of one version of its row in the map."""

    shard: int
    server: str
    version: int

    @cached_property
    def schema(self) -> str:
        return schema_of(self.shard)


class ShardMap:
    """The map as one process knows it: read once, kept, and read again when a server refuses or does not answer."""

    def __init__(self, home: Home) -> None:
        self._home = home.fresh
        self._reading = threading.Lock()
        self._doubted = False
        self._read()

    def __len__(self) -> int:
        """How many shards there are. That never changes: ids carry their numbers."""
        return len(self._places)

    def place(self, shard: int) -> Place:
        """Where it lies, as far as we know."""
        if self._doubted and time.monotonic() - self._read_at > DOUBT:
            self._look_again()
        return self._places[shard]

    def servers(self) -> list[str]:
        """All of them, as the map names them now."""
        return [row.name for row in self._home.read(_SERVERS)]

    def after(self, refused: Place) -> Place:
        """Where a shard lies that was refused there. Waits for the end of a cut-over, and raises Unavailable when it
        takes too long."""
        end = time.monotonic() + CUT_OVER
        while self._places[refused.shard].version == refused.version:
            rows = self._home.read(_VERSION, shard=refused.shard)
            if rows and rows[0].version != refused.version:
                self._read()
            elif time.monotonic() > end:
                raise Unavailable(f"shard {refused.shard} is refused by {refused.server}, where the map says it lies")
            else:
                time.sleep(POLL)
        return self._places[refused.shard]

    def doubt(self) -> None:
        """A server did not answer. Its shards may have moved: the map is read again, once in a while."""
        self._doubted = True

    def _look_again(self) -> None:
        if self._reading.acquire(blocking=False):
            try:
                self._read()
            except Unavailable:  # what we know may still be right
                self._read_at = time.monotonic()
            finally:
                self._reading.release()

    def _read(self) -> None:
        self._places = [Place(*row) for row in self._home.read(_SHARDS)]
        self._read_at, self._doubted = time.monotonic(), False
