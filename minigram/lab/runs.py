"""One run: what people saw, what the servers counted, and what it cost; and two variants compared."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from minigram.lab.claims import Ratios, readable
from minigram.lab.counters import Countable, counting
from minigram.lab.cpu import cpu_seconds
from minigram.lab.load.result import Result

T = TypeVar("T")


class Busy(Protocol):
    """Something whose processor time counts."""

    def pids(self) -> list[int]: ...


class BusyServer(Busy, Countable, Protocol): ...


class Bench(Protocol):
    """A stage that runs; see running.py."""

    @property
    def servers(self) -> Mapping[str, BusyServer]: ...
    @property
    def processes(self) -> Mapping[str, Busy]: ...


@dataclass(frozen=True)
class Run:
    """What was measured while some work was done. `doubts` says why it tells nothing, if it does not."""

    load: Result | None
    elapsed: float
    """Seconds; of a load, from its start to its last answer."""
    counts: Mapping[str, Mapping[str, int]]
    """By server and counter."""
    cpu: Mapping[str, float]
    """Processor seconds by server and process."""
    doubts: tuple[str, ...]

    @property
    def trustworthy(self) -> bool:
        return not self.doubts

    def sum(self, counter: str) -> int:
        """Of all servers that have this counter."""
        return sum(values.get(counter, 0) for values in self.counts.values())

    def summary(self) -> dict[str, Any]:
        """What is worth recording, as plain JSON."""
        load = self.load.summary() if self.load else {}
        own = {"elapsed": self.elapsed, "counts": self.counts, "cpu": self.cpu, "doubts": list(self.doubts)}
        return load | own


def run(bench: Bench, work: Callable[[], Result | None]) -> Run:
    """Does the work, usually a load, and measures the bench meanwhile."""
    busy = {**bench.servers, **bench.processes}
    with counting(bench.servers) as counted:
        before = {name: _cpu(one) for name, one in busy.items()}
        begun = time.monotonic()
        load = work()
        elapsed = load.elapsed if load else time.monotonic() - begun
        after = {name: _cpu(one) for name, one in busy.items()}
    cpu = {name: after[name][1] - before[name][1] for name in busy}
    anew = [f"{name} was started anew in between" for name in busy if after[name][0] != before[name][0]]
    doubts = [*(load.doubts if load else ()), *counted.doubts, *anew]
    return Run(load, elapsed, counted.by_server, cpu, tuple(doubts))


def _cpu(one: Busy) -> tuple[list[int], float]:
    """Its first process, by which it is known again, and the processor time of all."""
    pids = one.pids()
    return pids[:1], cpu_seconds(pids)


@dataclass(frozen=True)
class Comparison(Generic[T]):
    """Two variants, measured in turn. A round's ratio is b's value over a's; the rounds' order is kept."""

    a: Sequence[T]
    b: Sequence[T]
    values_a: Sequence[float]
    values_b: Sequence[float]
    doubts: Sequence[str]

    @property
    def ratios(self) -> list[float]:
        return [b / a for a, b in zip(self.values_a, self.values_b, strict=True)]

    @property
    def median(self) -> float:
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float, float, float]:
        """Of the ratios: the least, the quartiles, the greatest."""
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return min(self.ratios), low, high, max(self.ratios)

    @property
    def trustworthy(self) -> bool:
        return not self.doubts

    def judged(self, unit: str = "") -> Ratios:
        """What claims.ratio judges; it measures again, at double length, where this cannot tell."""
        before, after = (readable(statistics.median(values)) + unit for values in (self.values_a, self.values_b))
        return Ratios(self.ratios, self.doubts, before, after)


def compare(a: Callable[[], T], b: Callable[[], T], value: Callable[[T], float], rounds: int = 5) -> Comparison[T]:
    """Measures a, b, a, b, …: what is slow for both, another program or a warm processor, is in both values.

    What a and b return may have `doubts` (a Run or a Result does), and then the comparison has them too.
    """
    if rounds < 5:
        raise ValueError(f"a comparison takes at least 5 rounds, not {rounds}")
    all_a, all_b = [], []
    for _ in range(rounds):
        all_a.append(a())
        all_b.append(b())
    doubts = [doubt for one in (*all_a, *all_b) for doubt in getattr(one, "doubts", ())]
    values_a, values_b = [value(one) for one in all_a], [value(one) for one in all_b]
    if not all(values_a):
        doubts.append("a value of the first variant is 0, so there is no ratio")
        values_a = [one or float("nan") for one in values_a]
    return Comparison(all_a, all_b, values_a, values_b, doubts)
