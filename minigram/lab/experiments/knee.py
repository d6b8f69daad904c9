"""How many requests a second a stage can answer, what that does to those who wait, and which process gives first."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from minigram.lab.claims import Ratios
from minigram.lab.counters import cpu_seconds
from minigram.lab.load import EVERYDAY, Known, Result, closed_loop, open_loop
from minigram.lab.running import Running

CONNECTIONS = 16
"""People in the closed loops that look for the capacity: as many as the web process has threads."""


@dataclass(frozen=True)
class Loaded:
    """A run of the everyday mix, and the CPU seconds that each process and server used in it; milliseconds."""

    result: Result
    cpu: Mapping[str, float]

    @property
    def busy(self) -> dict[str, float]:
        """Cores that each kept busy, the load generator among them."""
        shares = {name: used / self.result.elapsed for name, used in self.cpu.items()}
        return shares | {"load generator": self.result.cpu / self.result.elapsed}

    def per_request(self, name: str) -> float:
        """CPU seconds that a process or server used for each request."""
        return self.cpu[name] / self.result.count


def at_rate(run: Running, known: Known, rate: float, seconds: float, seed: int = 1) -> Loaded:
    """Open loop: people come at this rate, and do not wait for one another."""
    before = _cpu(run)
    result = open_loop(run.url, EVERYDAY, known, rate=rate, seconds=seconds, seed=seed)
    return _loaded(run, before, result)


def with_people(run: Running, known: Known, people: int, seconds: float, seed: int = 1) -> Loaded:
    """Closed loop: so many people, each of whom asks again once answered."""
    before = _cpu(run)
    result = closed_loop(run.url, EVERYDAY, known, connections=people, seconds=seconds, seed=seed)
    return _loaded(run, before, result)


@dataclass(frozen=True)
class Capacity:
    """Requests a second: as predicted from one person alone, and as measured with many."""

    alone: Loaded
    crowded: Loaded

    @property
    def predicted(self) -> float:
        """Little's law, put to the web process alone: it can serve at most one request at a time (one interpreter
        lock), and each takes it so much CPU time, so at most the inverse of that can be served in a second."""
        return 1 / self.alone.per_request("web")

    @property
    def measured(self) -> float:
        return self.crowded.result.throughput


def capacities(run: Running, known: Known, rounds: int, seconds: float) -> list[Capacity]:
    """One person alone and many at once, in turn."""
    return [
        Capacity(with_people(run, known, 1, seconds, n), with_people(run, known, CONNECTIONS, seconds, 100 + n))
        for n in range(rounds)
    ]


def as_ratios(found: Sequence[Capacity]) -> Ratios:
    """Measured capacity in predicted capacities."""
    return Ratios(
        [capacity.measured / capacity.predicted for capacity in found],
        _doubts(loaded for capacity in found for loaded in (capacity.alone, capacity.crowded)),
        before=f"{_median(capacity.predicted for capacity in found):.0f}/s predicted",
        after=f"{_median(capacity.measured for capacity in found):.0f}/s measured",
    )


@dataclass(frozen=True)
class Overload:
    """The same server beyond its capacity, as an open and as a closed loop see it."""

    open: Loaded
    closed: Loaded


def overloads(run: Running, known: Known, rate: float, rounds: int, seconds: float) -> list[Overload]:
    return [
        Overload(at_rate(run, known, rate, seconds, 200 + n), with_people(run, known, CONNECTIONS, seconds, 300 + n))
        for n in range(rounds)
    ]


def hidden(found: Sequence[Overload]) -> Ratios:
    """How much longer the slowest hundredth waited than the closed loop shows."""
    opened = [overload.open.result.latency.ms(99) for overload in found]
    closed = [overload.closed.result.latency.ms(99) for overload in found]
    return Ratios(
        [o / c for o, c in zip(opened, closed, strict=True)],
        _doubts(overload.open for overload in found),
        before=f"p99 {_median(closed):.0f} ms closed",
        after=f"p99 {_median(opened):.0f} ms open",
    )


def first_to_give(found: Sequence[Capacity]) -> Ratios:
    """CPU time of the web process in CPU times of PostgreSQL, under as much load as can be answered."""
    web, database = ([capacity.crowded.busy[name] for capacity in found] for name in ("web", "main"))
    return Ratios(
        [w / d for w, d in zip(web, database, strict=True)],
        (),
        before=f"PostgreSQL {_median(database):.2f} cores",
        after=f"web {_median(web):.2f} cores",
    )


def _loaded(run: Running, before: Mapping[str, float], result: Result) -> Loaded:
    return Loaded(result, {name: after - before[name] for name, after in _cpu(run).items()})


def _cpu(run: Running) -> dict[str, float]:
    everything = {**run.processes, **run.servers}
    return {name: cpu_seconds(each.pids()) for name, each in everything.items()}


def _doubts(runs: Iterable[Loaded]) -> list[str]:
    return sorted({doubt for loaded in runs for doubt in loaded.result.doubts})


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)
