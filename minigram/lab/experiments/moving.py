"""A shard moves to and fro while people write to it."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from minigram.databases.ids import schema_of, shard_of
from minigram.databases.sharded.moving.mover import Moved
from minigram.databases.sharded.moving.moves import Move
from minigram.databases.sharded.moving.moves import Step as At
from minigram.lab.attached import Attached
from minigram.lab.experiments.crash import kept
from minigram.lab.experiments.crowd import system_of
from minigram.lab.faults import Fault, Step
from minigram.lab.growing import mover
from minigram.lab.load import Known, Mix, Result, closed_loop, everyday, open_loop
from minigram.lab.load.result import Write
from minigram.lab.people import Residents
from minigram.lab.running import Running
from minigram.stages.ch03_sharding import Sharded

# All that is written here is written to the homes of the photos, and nothing is taken back.
ON_PHOTOS = Mix(everyday.__name__, {"photo": 40, "like": 30, "comment": 30})
COMMENTS = Mix(everyday.__name__, {"comment": 1})
TALKERS = 3
"""People who comment without a pause, so that at each moment somebody's write is on its way."""


@dataclass(frozen=True)
class Moving:
    """A load on one shard during which it moved several times; from and to when, in seconds. `talk` is what those
    wrote who commented without a pause. `met` are the acknowledged writes that were on their way while writers were
    held, and `lost` those that are gone.
    """

    result: Result
    talk: Result
    moves: Sequence[Moved]
    begun: float
    ended: float
    met: Sequence[Write]
    lost: Sequence[Write]

    @property
    def requests(self) -> int:
        return self.result.count + self.talk.count

    @property
    def acknowledged(self) -> int:
        return len(self.result.acknowledged) + len(self.talk.acknowledged)

    @property
    def failed(self) -> int:
        """Requests that got an error, or no answer."""
        return sum(self.result.errors.values()) + sum(self.talk.errors.values())

    @property
    def pause_ms(self) -> float:
        """For how long writers were held, the longest of the moves."""
        return max(moved.pause_ms or 0.0 for moved in self.moves)


def move_under_load(
    run: Running, residents: Residents, known: Known, shard: int, to: str, times: int, rate: float, seconds: float,
    seed: int = 1,
) -> Moving:  # fmt: skip
    """People look at the photos of one shard, like them and comment on them. A fifth into it the shard moves to another
    server and back, so many times."""
    there = replace(known, photos=[photo for photo in known.photos if shard_of(int(photo)) == shard])
    moves: list[Moved] = []
    held: list[tuple[float, float]] = []  # by time.monotonic()
    owned: list[float] = []

    def note(move: Move) -> None:
        if move.step is At.MOVED:
            owned.append(time.monotonic())

    def move() -> None:
        with mover(Attached(run.run)) as moving:
            for _ in range(times):
                away = moving.moves.owners()[shard]
                moves.append(moving.move(shard, to if away != to else moves[0].source, note))
                held.append((owned[-1] - (moves[-1].pause_ms or 0.0) / 1000, owned[-1]))

    fault = Fault(schema_of(shard), [Step(seconds / 5, "begins to move", move, "moves no more")])
    with ThreadPoolExecutor(1) as beside:
        talking = beside.submit(
            closed_loop, run.url, COMMENTS, there, connections=TALKERS, seconds=seconds, seed=seed + 1
        )
        result = open_loop(run.url, ON_PHOTOS, there, rate=rate, seconds=seconds, seed=seed, beside=[fault])
        talk = talking.result()
    begun, ended = (event.at for event in result.events)
    ids = dict(zip(residents.names, residents.ids, strict=True))
    system = system_of(run)
    told = [(one.started, write) for one in (result, talk) for write in one.acknowledged]
    met = [w for at, w in told if any(at + w.sent < end and start < at + w.answered for start, end in held)]
    lost = [w for _, w in told if not kept(system.databases, system.media, w, ids[w.person or ""])]
    return Moving(result, talk, moves, begun, ended, met, lost)


def shard_to_move(run: Running, known: Known) -> tuple[int, str]:
    """The shard with the most photos that a load looks at, and a server that does not have it."""
    system = system_of(run)
    assert isinstance(system, Sharded)
    counts = np.bincount([shard_of(int(photo)) for photo in known.photos])
    shard = int(counts.argmax())
    here = system.databases.map.place(shard).server
    return shard, next(server for server in system.databases.map.servers() if server != here)
