"""What a load has seen: everybody's latency and errors, the achieved mix, and how far to trust it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from minigram.lab.latency import Latency
from minigram.lab.load.plan import Plan

LATE = 5.0  # milliseconds; a generator that sends later than this, once in a hundred, measures itself
BUSY = 0.9  # of a core; a closed loop that needs more is as fast as its generator, not as its server


@dataclass(frozen=True)
class Event:
    """Something done to the servers, `at` so many seconds after the run's start."""

    at: float
    what: str


@dataclass(frozen=True)
class Write:
    """A request that changes something: who asked for what, when, and the outcome ("ok": acknowledged)."""

    action: str
    method: str
    path: str
    person: str | None
    sent: float
    answered: float
    outcome: str
    id: int | str | None


@dataclass(frozen=True)
class Moment:
    """What those who came within one step of time saw. Milliseconds; nan where nobody was answered."""

    at: float
    count: int
    errors: int
    median_ms: float
    worst_ms: float


class Result:
    """One run of a load. Times are seconds since its start, unless their name says ms."""

    def __init__(self, plan: Plan, started: float, report: Mapping[str, Any], events: Sequence[Event] = ()) -> None:
        self.plan, self.started, self.events = plan, started, tuple(events)
        self.elapsed: float = report["elapsed"]
        self.cpu: float = report["cpu"]
        self.realtime: bool = report["realtime"]
        self.unsent: int = report["unsent"]
        self.lag = Latency(report["lags"])
        self._rows: list[tuple[float, float, str, str]] = [tuple(row) for row in report["rows"]]
        self.writes = tuple(Write(**write) for write in report["writes"])

    @property
    def count(self) -> int:
        """Everybody who came."""
        return len(self._rows)

    @cached_property
    def latency(self) -> Latency:
        """Of everybody who was answered, or gave up after `patience`; an error is no answer, however fast."""
        return Latency(took for _, took, _, outcome in self._rows if outcome in ("ok", "timeout"))

    def latency_of(self, action: str) -> Latency:
        return Latency(took for _, took, name, how in self._rows if name == action and how in ("ok", "timeout"))

    @cached_property
    def errors(self) -> dict[str, int]:
        """How many, by kind: a status from "400" on, "timeout", "refused", "reset"."""
        return dict(Counter(outcome for *_, outcome in self._rows if outcome != "ok"))

    @property
    def error_share(self) -> float:
        return sum(self.errors.values()) / self.count if self.count else float("nan")

    @property
    def offered(self) -> float | None:
        """Arrivals a second that were asked for; None in a closed loop, which offers what is answered."""
        return self.plan.rate

    @property
    def throughput(self) -> float:
        """Good answers a second, counted while people were coming."""
        good = sum(1 for at, took, _, how in self._rows if how == "ok" and at + took <= self.plan.seconds)
        return good / self.plan.seconds

    @property
    def mix_asked(self) -> dict[str, float]:
        return self.plan.mix.shares()

    @property
    def mix_achieved(self) -> dict[str, float]:
        """Shares of the good answers by action."""
        good = Counter(name for _, _, name, how in self._rows if how == "ok")
        return {name: good[name] / good.total() if good else 0.0 for name in self.plan.mix.weights}

    @property
    def acknowledged(self) -> list[Write]:
        """The writes that were answered with a 2xx: what the system promised to keep."""
        return [write for write in self.writes if write.outcome == "ok"]

    def series(self, step: float = 0.1) -> list[Moment]:
        """What people saw, by the time at which they came."""
        came: list[list[tuple[float, str]]] = [[] for _ in range(int(self.plan.seconds / step + 0.999))]
        for at, took, _, outcome in self._rows:
            came[min(int(at / step + 1e-6), len(came) - 1)].append((took, outcome))
        return [_moment(number * step, seen) for number, seen in enumerate(came)]

    @property
    def doubts(self) -> list[str]:
        """Why this run tells nothing; empty when it can be trusted."""
        doubts = []
        if not self.count:
            doubts.append("nothing was sent")
        if self.unsent:
            doubts.append(f"{self.unsent} of {self.count + self.unsent} arrivals were never sent: the rate is too high")
        if self.lag.ms(99) > LATE:
            doubts.append(f"the generator itself was {self.lag.ms(99):.1f} ms late at p99, allowed are {LATE} ms")
        if self.offered is None and self.cpu > BUSY * self.elapsed:
            doubts.append(f"the generator was busy {self.cpu / self.elapsed:.0%} of the time: it was the bottleneck")
        return doubts

    @property
    def trustworthy(self) -> bool:
        return not self.doubts

    def summary(self) -> dict[str, Any]:
        """What is worth recording, as plain JSON."""
        return {
            "offered": self.offered,
            "throughput": self.throughput,
            "count": self.count,
            "errors": self.errors,
            "mix_asked": self.mix_asked,
            "mix_achieved": self.mix_achieved,
            "latency_ms": {f"p{p:g}": self.latency.ms(p) for p in (50, 90, 99, 99.9, 100)} if self.count else {},
            "lag_ms": {f"p{p:g}": self.lag.ms(p) for p in (50, 99, 100)} if self.lag.count else {},
            "generator_cpu": self.cpu / self.elapsed,
            "generator_realtime": self.realtime,
            "events": [{"at": event.at, "what": event.what} for event in self.events],
            "doubts": self.doubts,
        }


def _moment(at: float, seen: list[tuple[float, str]]) -> Moment:
    waits = sorted(took * 1e3 for took, how in seen if how in ("ok", "timeout"))
    errors = sum(how != "ok" for _, how in seen)
    nan = float("nan")
    return Moment(at, len(seen), errors, waits[len(waits) // 2] if waits else nan, waits[-1] if waits else nan)
