"""How many requests a second a stage can answer, what that does to those who wait, and which process gives first."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from minigram.lab.claims import Ratios
from minigram.lab.load import EVERYDAY, Known, Result, closed_loop, open_loop
from minigram.lab.running import Running
from minigram.lab.runs import Comparison, Run, compare, run

PEOPLE = 16
"""People in the closed loops that look for the capacity: as many as the web process has threads."""


@dataclass(frozen=True)
class Loaded:
    """A run of the everyday mix, and what the servers and processes did meanwhile."""

    result: Result
    run: Run

    @property
    def doubts(self) -> tuple[str, ...]:
        return self.run.doubts

    @property
    def busy(self) -> dict[str, float]:
        """Cores that each server and process kept busy, the load generator among them."""
        shares = {name: used / self.run.elapsed for name, used in self.run.cpu.items()}
        return shares | {"load generator": self.result.cpu / self.run.elapsed}

    @property
    def could_serve(self) -> float:
        """Requests a second that the web process could serve at the most, judged by this run.

        Little's law, put to the web process alone: what is in it at a time is the rate times the time that each
        request takes it. Python runs one thread at a time, so at most one request is in it; and each takes it so much
        processor time. So the rate is at most the inverse of that time.
        """
        return self.result.count / self.run.cpu["web"]


class Knee:
    """Puts the everyday mix to a running stage. Each run has a seed of its own, so that none repeats another."""

    def __init__(self, running: Running, known: Known, seconds: float, rounds: int = 5) -> None:
        self._running, self._known, self._seconds, self._rounds = running, known, seconds, rounds
        self._seed = 0

    def at_rate(self, rate: float, length: float = 1) -> Loaded:
        """Open loop: people come at this rate, and do not wait for one another."""
        self._seed += 1
        seconds, seed = self._seconds * length, self._seed
        return self._measure(
            lambda: open_loop(self._running.url, EVERYDAY, self._known, rate=rate, seconds=seconds, seed=seed)
        )

    def with_people(self, people: int, length: float = 1) -> Loaded:
        """Closed loop: so many people, each of whom asks again once answered."""
        self._seed += 1
        seconds, seed = self._seconds * length, self._seed
        return self._measure(
            lambda: closed_loop(
                self._running.url, EVERYDAY, self._known, connections=people, seconds=seconds, seed=seed
            )
        )

    def capacity(self, length: float = 1) -> Comparison[Loaded]:
        """What the web process serves: predicted from one person alone, and measured with a crowd."""
        alone, crowd = (lambda: self.with_people(1, length)), (lambda: self.with_people(PEOPLE, length))
        return compare(alone, crowd, _capacity, self._rounds)

    def overload(self, rate: float, length: float = 1) -> Comparison[Loaded]:
        """How long the slowest hundredth waits at this rate: as a closed loop sees it, and as an open one does."""
        closed, opened = (lambda: self.with_people(PEOPLE, length)), (lambda: self.at_rate(rate, length))
        return compare(closed, opened, lambda loaded: loaded.result.latency.ms(99), self._rounds)

    def _measure(self, load: Callable[[], Result]) -> Loaded:
        found = run(self._running, load)
        assert found.load is not None
        return Loaded(found.load, found)


def first_to_give(capacity: Comparison[Loaded]) -> Ratios:
    """Processor time of the web process in processor times of PostgreSQL, under as much load as can be answered."""
    web, database = ([loaded.busy[name] for loaded in capacity.b] for name in ("web", "main"))
    doubts = list(capacity.doubts)
    if not all(database):
        doubts.append("PostgreSQL used less processor time than can be told")
    return Ratios(
        [w / (d or float("nan")) for w, d in zip(web, database, strict=True)],
        doubts,
        before=f"PostgreSQL {statistics.median(database):.2f} cores",
        after=f"web {statistics.median(web):.2f} cores",
    )


def _capacity(loaded: Loaded) -> float:
    """Of one person alone the prediction, of a crowd what was answered."""
    return loaded.could_serve if loaded.result.plan.connections == 1 else loaded.result.throughput
