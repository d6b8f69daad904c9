"""A shard moves while people write to it; and how many rows move when a fifth server comes, counted two ways."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from minigram.databases.ids import schema_of, shard_of
from minigram.databases.sharded.balance import plan
from minigram.databases.sharded.moving.mover import Moved
from minigram.databases.sharded.moving.moves import Moves
from minigram.lab.attached import Attached
from minigram.lab.experiments.crash import kept
from minigram.lab.experiments.crowd import system_of
from minigram.lab.experiments.shares import by_person
from minigram.lab.faults import Fault, Step
from minigram.lab.growing import add_server, mover, site
from minigram.lab.load import Known, Mix, Result, everyday, open_loop
from minigram.lab.load.result import Write
from minigram.lab.people import Residents
from minigram.lab.running import Running
from minigram.stages.ch03_sharding import Sharded

# All that is written here is written to the homes of the photos, and nothing is taken back.
ON_PHOTOS = Mix(everyday.__name__, {"photo": 40, "like": 30, "comment": 30})


@dataclass(frozen=True)
class Moving:
    """A load on one shard during which it moved, from and to when (seconds), and the acknowledged writes that are
    gone."""

    result: Result
    moved: Moved
    begun: float
    ended: float
    lost: Sequence[Write]

    @property
    def acknowledged(self) -> int:
        return len(self.result.acknowledged)

    @property
    def failed(self) -> int:
        """Requests that got an error, or no answer."""
        return sum(self.result.errors.values())


def move_under_load(
    run: Running, residents: Residents, known: Known, to: str, shard: int, rate: float, seconds: float, seed: int = 1
) -> Moving:
    """People look at the photos of one shard, like them and comment on them, and a fifth into it the shard is moved."""
    here = [photo for photo in known.photos if shard_of(int(photo)) == shard]
    moves: list[Moved] = []

    def move() -> None:
        with mover(Attached(run.run)) as moving:
            moves.append(moving.move(shard, to))

    step = Step(seconds / 5, "begins to move", move, f"lies on {to}")
    beside = [Fault(schema_of(shard), [step])]
    there = replace(known, photos=here)
    result = open_loop(run.url, ON_PHOTOS, there, rate=rate, seconds=seconds, seed=seed, beside=beside)
    begun, ended = (event.at for event in result.events)
    ids = dict(zip(residents.names, residents.ids, strict=True))
    system = system_of(run)
    lost = [w for w in result.acknowledged if not kept(system.databases, system.media, w, ids[w.person or ""])]
    return Moving(result, moves[0], begun, ended, lost)


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


def shard_to_move(run: Running, known: Known) -> tuple[int, str]:
    """The shard with the most photos that a load looks at, and a server that does not have it."""
    system = system_of(run)
    assert isinstance(system, Sharded)
    counts = np.bincount([shard_of(int(photo)) for photo in known.photos])
    shard = int(counts.argmax())
    here = system.databases.map.place(shard).server
    return shard, next(server for server in system.databases.map.servers() if server != here)
