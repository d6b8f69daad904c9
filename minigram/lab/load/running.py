"""The two ways to put load on a web server of this machine, and the process that does it."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, Protocol, Self

from minigram.lab import LabError
from minigram.lab.load.mix import Known, LoadError, Mix
from minigram.lab.load.plan import Plan
from minigram.lab.load.result import Event, Result

STARTUP = 30.0  # seconds that the generator's process may take to start, and again to hand over


class Beside(Protocol):
    """Something that happens while a load runs; it is told the time.monotonic() of the start."""

    def begin(self, started: float) -> None: ...
    def end(self) -> Sequence[Event]: ...


def open_loop(
    url: str,
    mix: Mix,
    known: Known,
    *,
    rate: float,
    seconds: float,
    spacing: Literal["poisson", "even"] = "poisson",
    connections: int = 256,
    patience: float = 10.0,
    seed: int = 1,
    beside: Sequence[Beside] = (),
) -> Result:
    """People come at this rate, whatever becomes of others; whoever waits longer than `patience` gives up.

    At most `connections` are open at a time; latency counts from the time at which a person was to come.
    """
    return _run(Plan(url, mix, known, seconds, rate, connections, spacing, patience, seed), beside)


def closed_loop(
    url: str,
    mix: Mix,
    known: Known,
    *,
    connections: int,
    seconds: float,
    patience: float = 10.0,
    seed: int = 1,
    beside: Sequence[Beside] = (),
) -> Result:
    """So many people, each asking again once answered: what most benchmarks do, and why they miss stalls."""
    return _run(Plan(url, mix, known, seconds, None, connections, "even", patience, seed), beside)


def _run(plan: Plan, beside: Sequence[Beside]) -> Result:
    with Going(plan) as going:
        with happening(beside, going.started) as events:
            report = going.report()
        return Result(plan, going.started, report, events)


@contextmanager
def happening(beside: Sequence[Beside], started: float) -> Iterator[list[Event]]:
    """They begin with the block and are ended after it, in their order, whatever becomes of the block or of one of
    them; then the list holds what they tell, by time. The first error is the one to hear of.
    """
    begun: list[Beside] = []
    events: list[Event] = []
    try:
        for other in beside:
            other.begin(started)
            begun.append(other)
        yield events
    except BaseException:
        _end(begun)
        raise
    ended, errors = _end(begun)
    if errors:
        raise errors[0]
    events += sorted(ended, key=lambda event: event.at)


def _end(begun: Sequence[Beside]) -> tuple[list[Event], list[LabError]]:
    events: list[Event] = []
    errors: list[LabError] = []
    for other in begun:
        try:
            events += other.end()
        except LabError as error:
            errors.append(error)
    return events, errors


class Going:
    """A load under way: a generator process with a deadline, which ends with the block or this process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed at exit)
        paths = os.pathsep.join(path or os.getcwd() for path in sys.path)  # it must find the mix that we found
        self._process = subprocess.Popen(
            [sys.executable, "-m", "minigram.lab.load"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=os.environ | {"PYTHONPATH": paths},
        )
        self.pid = self._process.pid
        bound = plan.seconds + plan.patience + 2 * STARTUP
        self._deadline = threading.Timer(bound, self._process.kill)
        self._deadline.daemon = True

    def __enter__(self) -> Self:
        self._deadline.start()
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(self.plan.to_json().encode() + b"\n")
            self._process.stdin.flush()
            self.started = float(self._line())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._deadline.cancel()
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def report(self) -> dict[str, object]:
        """Waits for the end of the load and returns what the generator saw."""
        report: dict[str, object] = json.loads(self._line())
        return report

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise LoadError(f"the load generator ended early: {said or 'it was killed, or ran past its deadline'}")
        return line
