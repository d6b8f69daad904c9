"""The outbox: one table on each server that has shards, in no shard's schema."""

from dataclasses import asdict

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Insert,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    insert,
)
from sqlalchemy.dialects.postgresql import JSONB

from minigram.databases.ddl import create
from minigram.databases.ids import schema_of
from minigram.events import Event

EVERY, ONCE = "every", "once"

outbox = Table(
    "outbox",
    MetaData(),
    Column("id", BigInteger, Identity(), primary_key=True),
    # Whose deed it was: what the same person has done is followed up in the order of the ids.
    Column("by", BigInteger, nullable=False),
    # The shard that published it. It does not move before this row is gone.
    Column("shard", Integer, nullable=False),
    # Where it is followed up: at the home of this schema, at every home, or once, where the directory is.
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("outbox_by", "by", "id"),
    schema="public",
)


def setup() -> tuple[str, ...]:
    """The statements that create it."""
    return create([outbox])


def row(event: Event, shard: int, at: str) -> Insert:
    """Write an event down."""
    values = {"by": event.by, "shard": shard, "at": at, "kind": type(event).__name__, "content": asdict(event)}
    return insert(outbox).values(values)


def at_home(shard: int) -> str:
    """What `at` says of one home."""
    return schema_of(shard)


def shard_at(at: str) -> int:
    """The number of the shard that `at` names."""
    return int(at[1:])
