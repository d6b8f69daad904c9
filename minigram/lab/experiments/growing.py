"""A fifth server comes: how many rows move, with logical shards and with `hash % n`."""

from collections import Counter
from dataclasses import dataclass

from minigram.databases.sharded.balance import plan
from minigram.databases.sharded.moving.moves import Moves
from minigram.lab.attached import Attached
from minigram.lab.experiments.shares import by_person
from minigram.lab.growing import add_server, mover, site
from minigram.lab.running import Running


@dataclass(frozen=True)
class Growth:
    """Of so many rows, those that lie on another server once there is one server more."""

    rows: int
    shards: int
    """With logical shards: those that were moved to the new server, counted there."""
    remainder: int
    """With `hash % servers`: those that would have to move, by the people with whom they lie. An id is its own hash
    here: what comes last in it is a counter."""


def grow(run: Running) -> Growth:
    """One server more comes while the app runs, and gets its part of the shards."""
    app, people = Attached(run.run), Counter[int]()
    for found in by_person(run).values():
        people.update(found)
    with site(app, "main") as main:
        servers = len(Moves(main).servers())
    add_server(app)
    with mover(app) as moving:
        transfers = plan(moving.moves.owners(), moving.moves.servers())
        moved = sum(moving.move(transfer.shard, transfer.target).rows for transfer in transfers)
    would = (rows for id, rows in people.items() if id % servers != id % (servers + 1))
    return Growth(people.total(), moved, sum(would))
