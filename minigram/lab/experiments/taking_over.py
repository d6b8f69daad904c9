"""A primary dies in the middle of a load: for how long nobody can write there, and who is the primary afterwards."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg

from minigram.databases.replicated.roles import Group, Roles, beside
from minigram.lab.experiments.asking import ask
from minigram.lab.experiments.crash import WRITING
from minigram.lab.experiments.shares import sharded
from minigram.lab.faults import Fault, Step
from minigram.lab.load import Event, Known, Result, open_loop
from minigram.lab.people import Residents
from minigram.lab.running import Running
from minigram.lab.waiting import until
from minigram.lab.watch import EVERY, MISSES, PATIENCE

DETECTION = MISSES * (EVERY + PATIENCE)
"""Seconds within which the watch has taken a server that does not answer for dead."""
AFTER = 1.5
"""Seconds of the load before the primary is killed."""
LONGEST = 20.0
"""Seconds, from the end of the load, in which the new primary has taken a write if it ever does."""
LATER = 1.0
"""Seconds after which whoever comes must not notice any more that there is a new primary."""


@dataclass(frozen=True)
class Takeover:
    """A run, and its moments in seconds: when the old primary was killed, when the roles had none any more (so its
    death was detected), when they had another one, and from when to when nobody could write there. A moment that never
    came is infinity. `failed_later` are requests that failed though they came after all that; `primaries` and
    `replicas` are those of the group in the end, when the old primary had been started again.
    """

    result: Result
    killed: float
    detected: float
    promoted: float
    last_written: float
    written_again: float
    failed_later: int
    primaries: Sequence[str]
    replicas: Sequence[str]

    @property
    def without_writes(self) -> float:
        """Seconds."""
        return self.written_again - self.last_written


def take_over(
    run: Running, residents: Residents, known: Known, group: str, rate: float, seconds: float, seed: int = 1
) -> Takeover:
    """Kill the group's primary under an open-loop load, and start it again when the load is over."""
    roles = beside(run.addresses.media)
    before = roles.of(group)
    assert before.primary is not None
    old = run.servers[before.primary]
    killing = Fault(
        old.name,
        [Step(AFTER, "killed", old.kill), Step(AFTER + 600, "started", old.start, "answers again")],
    )
    looker = _Looker(roles, before)
    writer = _Writer(run.url, known, _photo(run, residents, group), looker)
    result = open_loop(run.url, WRITING, known, rate=rate, seconds=seconds, seed=seed, beside=[writer, looker, killing])
    killed = result.events[0].at
    promoted = looker.promoted
    later = max(promoted, killed) + LATER if promoted < float("inf") else killed
    return Takeover(
        result,
        killed,
        looker.detected,
        promoted,
        max((at for at in writer.acknowledged if at <= looker.detected), default=0.0),
        min((at for at in writer.acknowledged if at > looker.detected), default=float("inf")),
        sum(moment.errors for moment in result.series(0.1) if moment.at >= later),
        primaries(run, group),
        roles.of(group).replicas,
    )


def members(run: Running, group: str) -> dict[str, str]:
    """Where the app's role reaches the members of a group, by name: directly, past every pooler."""
    return {
        name: server.url
        for name, server in run.servers.items()
        if name == group or (server.kind == "replica" and server.need.before == (group,))
    }


def primaries(run: Running, group: str, seconds: float = 1.0) -> list[str]:
    """The members of the group that take a write from the app, each asked again and again for so many seconds."""
    found, end = set[str](), time.monotonic() + seconds
    while time.monotonic() < end:
        found |= {name for name, url in members(run, group).items() if name not in found and takes_writes(url)}
        time.sleep(0.05)
    return sorted(found)


def takes_writes(url: str) -> bool:
    """Whether it does, tried, and taken back."""
    try:
        with psycopg.connect(url, connect_timeout=2, options="-c statement_timeout=2000") as connection:
            connection.execute("CREATE TABLE tried (n int)")
            connection.rollback()
    except psycopg.Error:
        return False
    return True


class _Writer:
    """Somebody who likes a photo and takes the like back, one after the other, all the time."""

    def __init__(self, url: str, known: Known, photo: int, looker: "_Looker") -> None:
        self._looker = looker
        self._like = f"{url}/api/photos/{photo}/like"
        self._token = next(iter(known.tokens.values()))
        self._over = threading.Event()
        self.acknowledged: list[float] = []

    def begin(self, started: float) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._writing = self._pool.submit(self._go_on, started)

    def end(self) -> list[Event]:
        """After a write that the new primary took, or some time in vain."""
        until(lambda: any(at > self._looker.detected for at in self.acknowledged), LONGEST)
        self._over.set()
        with self._pool:
            self._writing.result()
        return []

    def _go_on(self, started: float) -> None:
        liked = False
        while not self._over.is_set():
            if ask("DELETE" if liked else "PUT", self._like, self._token, patience=10).ok:
                self.acknowledged.append(time.monotonic() - started)
                liked = not liked
            else:
                self._over.wait(0.02)


class _Looker:
    """Looks at the roles all the time."""

    def __init__(self, roles: Roles, before: Group) -> None:
        self._roles, self._before = roles, before
        self._over = threading.Event()
        self.detected = self.promoted = float("inf")

    def begin(self, started: float) -> None:
        self._thread = threading.Thread(target=self._look, args=(started,), daemon=True)
        self._thread.start()

    def end(self) -> list[Event]:
        self._over.set()
        self._thread.join()
        return []

    def _look(self, started: float) -> None:
        while not self._over.wait(0.005):
            now, at = self._roles.of(self._before.name), time.monotonic() - started
            if now.generation != self._before.generation:
                self.detected = min(self.detected, at)
                if now.primary is not None:
                    self.promoted = at
                    return


def _photo(run: Running, residents: Residents, group: str) -> int:
    """One that lies there."""
    databases = sharded(run).databases
    return next(photo for photo in residents.photos if databases.map.place(databases.of(photo).number).server == group)
