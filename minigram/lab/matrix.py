"""The fault matrix: servers and processes of each kind are killed, paused and restarted while people come."""

import contextlib
import time
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from itertools import cycle

import psutil

from minigram.lab import LabError
from minigram.lab.experiments.crowd import crowd, system_of
from minigram.lab.experiments.quietly import quietly
from minigram.lab.history import PROMISES, History, Promise, Recording, Violation, check
from minigram.lab.history.primaries import Node, Probe
from minigram.lab.leftovers import is_alive
from minigram.lab.load import EVERYDAY, Known, Result, open_loop
from minigram.lab.people import fill
from minigram.lab.rounds import FAULTS, Target, breaking
from minigram.lab.running import Running, running
from minigram.lab.servers import Server
from minigram.lab.town import SIZES
from minigram.system import Minigram

RATE = 30
"""Requests a second that come whatever becomes of others, beside the sessions of the history."""
SECONDS = 4.0
"""How long a round lasts, before everything is read for the last time."""
RECOVERED = 10.0
"""Seconds after a round within which all is well again."""
PATIENCE = 10.0
"""Seconds within which every request has to get an answer, be it an error."""


@dataclass(frozen=True)
class Round:
    """One fault of one server or process, and what it did to those who came."""

    target: str
    kind: str
    fault: str
    number: int
    history: History
    load: Result
    violations: tuple[Violation, ...]
    left: tuple[int, ...]
    """The numbers of the processes that should have ended, and have not."""
    missing: tuple[str, ...]
    """What else should have come of the fault, and has not."""

    @property
    def unanswered(self) -> int:
        """Requests that got no answer within the patience, not even an error."""
        return self.load.errors.get("timeout", 0) + len(self.history.unanswered)

    @property
    def problems(self) -> list[str]:
        """What must not be; empty where all is well."""
        found = [str(violation) for violation in self.violations]
        if self.unanswered:
            found.append(f"{self.unanswered} requests got no answer within {PATIENCE:g} s.")
        if self.left:
            found.append(f"Processes of {self.target} that were to end still run: {self.left}.")
        found += self.missing
        return [f"{self.fault} {self.target}, round {self.number}: {problem}" for problem in found]


def matrix(
    stage: type[Minigram], *, rounds: int = 3, every: bool = False, promises: Iterable[Promise] = PROMISES
) -> Generator[Round, None, None]:
    """Runs the stage, and so many rounds of each fault on each kind of server and process; where there are several of a
    kind, they take turns, a round each. Or so many rounds of each fault on `every` one.

    Raises LabError when a process of the stage outlives it.
    """
    promised = tuple(promises)
    seen: set[psutil.Process] = set()
    with running(stage) as run:
        known = crowd(run, fill(system_of(run), SIZES["tiny"]))
        for target, fault, number in turns(run, rounds, every):
            seen |= _processes(everything(run))
            yield _round(run, known, target, fault, number, promised)
        seen |= _processes(everything(run))
    left = [process.pid for process in seen if is_alive(process)]
    if left:
        raise LabError(f"{stage.__name__} has stopped, and these of its processes still run: {left}.")


def everything(run: Running) -> list[Target]:
    """All servers and processes of a run."""
    return [*run.servers.values(), *run.processes.values()]


def turns(run: Running, rounds: int, every: bool = False) -> list[tuple[Target, str, int]]:
    """(target, fault, number of the round) of each round; those of one kind take turns."""
    alike: dict[str, list[Target]] = {}
    for target in everything(run):
        alike.setdefault(target.name if every else kind_of(target), []).append(target)
    return [
        (next(turn), fault, number)
        for turn in map(cycle, alike.values())
        for fault in FAULTS
        for number in range(1, rounds + 1)
    ]


def kind_of(target: Target) -> str:
    """A server's kind; that of a process is its program's name."""
    return target.kind if isinstance(target, Server) else target.process.argv[0]


def _round(run: Running, known: Known, target: Target, fault: str, number: int, promises: tuple[Promise, ...]) -> Round:
    breaks = breaking(run, target, fault)
    before = _processes([breaks.target])
    recording = _recording(run, number, breaks.watching)
    with quietly("psycopg"):  # of whoever is asked whether it takes writes, and does not answer
        load = open_loop(
            run.url, EVERYDAY, known, rate=RATE, seconds=SECONDS, patience=PATIENCE, seed=number,
            beside=[breaks.fault, recording],
        )  # fmt: skip
    history = recording.history(load.events)
    left = [process.pid for process in before if fault != "pause" and is_alive(process)]
    violations = tuple(check(history, promises))
    missing = tuple(breaks.missing())
    return Round(breaks.target.name, kind_of(target), fault, number, history, load, violations, tuple(left), missing)


def _recording(run: Running, number: int, watching: Mapping[Node, Probe]) -> Recording:
    """As soon as new people can join: what the round before has broken may not be quite well yet."""
    end = time.monotonic() + RECOVERED
    while True:
        try:
            return Recording(run.url, watching=watching, patience=PATIENCE, seed=number)
        except LabError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _processes(targets: Iterable[Target]) -> set[psutil.Process]:
    """What they are made of now. A container's processes may be another machine's: then there is nothing to see."""
    found: set[psutil.Process] = set()
    for target in targets:
        for pid in target.pids():
            with contextlib.suppress(psutil.NoSuchProcess):
                found.add(psutil.Process(pid))
    return found
