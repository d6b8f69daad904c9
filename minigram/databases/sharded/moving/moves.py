"""Moves that are under way: rows of a table beside the map, so that whoever comes next can go on with them."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Column, DateTime, ForeignKey, Integer, MetaData, Table, Text, func

from minigram.databases.ddl import create
from minigram.databases.ids import schema_of
from minigram.databases.sharded.map import servers, shards
from minigram.databases.sharded.moving.site import Site

ENDED = 1.0
"""Seconds within which a server surely notices that a connection to it has been closed."""

moves = Table(
    "moves",
    MetaData(),
    Column("shard", Integer, ForeignKey(shards.c.shard), primary_key=True, autoincrement=False),
    Column("source", Text, ForeignKey(servers.c.name), nullable=False),
    Column("target", Text, ForeignKey(servers.c.name), nullable=False),
    # The last step that was done.
    Column("step", Text, nullable=False),
    # What this move's publication, slot and subscription are called; no other move's are.
    Column("name", Text, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)


class Step(StrEnum):
    """How far a move has come."""

    BEGUN = "begun"
    PREPARED = "prepared"
    """The target has the schema, and lets nobody in."""
    PUBLISHED = "published"
    """The source knows which changes the target is to be told of."""
    COPIED = "copied"
    """The target has the rows of one moment, and follows what has changed since."""
    DECIDED = "decided"
    """The source refuses, and the target has everything: there is no way back. It is not in the map yet."""
    MOVED = "moved"
    """The map names the target. What the source has left is to be removed."""
    GIVEN_UP = "given up"
    """The source stays the owner. What the target has is to be removed."""


@dataclass(frozen=True)
class Move:
    shard: int
    source: str
    target: str
    step: Step
    name: str

    @property
    def schema(self) -> str:
        return schema_of(self.shard)


class Refused(Exception):
    """What was asked for cannot be done. The message says why, and what can."""


class Moves:
    """`main` is the server that has the map."""

    def __init__(self, main: Site) -> None:
        self._main = main

    def claim(self) -> None:
        """Be the only one who moves shards, until the connection ends. Raises Refused if somebody else is."""
        end = time.monotonic() + ENDED
        while not self._main.one("SELECT pg_try_advisory_lock(%s)", _MOVER):
            if time.monotonic() > end:
                raise Refused("Shards are being moved just now, by another command. Wait until it has ended.")
            time.sleep(0.02)

    def owners(self) -> dict[int, str]:
        """The server of each shard."""
        return dict(self._main.ask("SELECT shard, server FROM shards ORDER BY shard"))

    def servers(self) -> list[str]:
        """All servers, whether or not they have shards, db2 before db10."""
        return [name for (name,) in self._main.ask("SELECT name FROM servers ORDER BY length(name), name")]

    def all(self) -> list[Move]:
        """Those that are under way."""
        rows = self._main.ask("SELECT shard, source, target, step, name FROM moves ORDER BY begun_at, shard")
        return [Move(shard, source, target, Step(step), name) for shard, source, target, step, name in rows]

    def of(self, shard: int) -> Move | None:
        return next((move for move in self.all() if move.shard == shard), None)

    def begin(self, shard: int, target: str) -> Move:
        """A new move. Raises Refused if there cannot be one."""
        owners, known = self.owners(), self.servers()
        if shard not in owners:
            raise Refused(f"There is no shard {shard}. There are {len(owners)}: 0 to {len(owners) - 1}.")
        if target not in known:
            raise Refused(f"There is no server {target!r}. There are: {', '.join(known)}.")
        if owners[shard] == target:
            raise Refused(f"Shard {shard} is on {target} already.")
        move = Move(shard, owners[shard], target, Step.BEGUN, f"move_{schema_of(shard)}_{secrets.token_hex(4)}")
        self._main.ask(
            "INSERT INTO moves (shard, source, target, step, name) VALUES (%s, %s, %s, %s, %s)",
            move.shard, move.source, move.target, move.step, move.name,
        )  # fmt: skip
        return move

    def record(self, move: Move, step: Step) -> Move:
        """It has come so far."""
        query = "UPDATE moves SET step = %s WHERE name = %s AND step = %s RETURNING shard"
        return self._now(move, step, self._main.ask(query, step, move.name, move.step))

    def hand_over(self, move: Move) -> Move:
        """The map names the target from now on."""
        return self._now(move, Step.MOVED, self._main.ask(_HAND_OVER, Step.MOVED, move.name, Step.DECIDED))

    def end(self, move: Move) -> None:
        """Nothing of it is left to do."""
        self._main.ask("DELETE FROM moves WHERE name = %s", move.name)

    def _now(self, move: Move, step: Step, changed: Sequence[object]) -> Move:
        if not changed:
            raise Refused(f"Somebody else has gone on with the move of shard {move.shard} meanwhile.")
        return replace(move, step=step)


def setup() -> tuple[str, ...]:
    """The statement that creates their table, where the map is."""
    return create([moves])


_MOVER = 31_0_17
"""Our advisory lock, of all that have one key."""

_HAND_OVER = """
WITH moved AS (
    UPDATE moves SET step = %s WHERE name = %s AND step = %s RETURNING shard, source, target
)
UPDATE shards SET server = moved.target, version = version + 1
FROM moved WHERE shards.shard = moved.shard AND shards.server = moved.source RETURNING shards.shard
"""
