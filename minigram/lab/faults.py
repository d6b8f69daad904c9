"""Faults: what goes wrong at a moment of a run, while people go on coming.

open_loop(url, EVERYDAY, known, rate=50, seconds=10, beside=[kill(server, after=3, restart_after=2)]).events
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from minigram.lab import LabError
from minigram.lab.load import Event


class Mortal(Protocol):
    """A server or a process that can be killed without a last word; `start` returns when it answers again."""

    name: str

    def kill(self) -> None: ...
    def start(self) -> None: ...


class Pausable(Protocol):
    """A server or a process that can stand still, and go on."""

    name: str

    def pause(self) -> None: ...
    def resume(self) -> None: ...


class Stoppable(Protocol):
    """A server or a process that can be ended in an orderly way; `start` returns when it answers again."""

    name: str

    def stop(self) -> None: ...
    def start(self) -> None: ...


def kill(target: Mortal, *, after: float, restart_after: float | None = None) -> "Fault":
    """Kills the target `after` seconds of a run, and starts it `restart_after` seconds later, or never."""
    steps = [Step(after, "killed", target.kill)]
    if restart_after is not None:
        steps += [Step(after + restart_after, "started", target.start, "answers again")]
    return Fault(target.name, steps)


def pause(target: Pausable, *, after: float, resume_after: float) -> "Fault":
    """Lets the target stand still `after` seconds of a run, and go on `resume_after` seconds later."""
    steps = [Step(after, "paused", target.pause), Step(after + resume_after, "resumed", target.resume)]
    return Fault(target.name, steps)


def restart(target: Stoppable, *, after: float) -> "Fault":
    """Ends the target in an orderly way `after` seconds of a run, and starts it at once."""
    steps = [Step(after, "asked to end", target.stop), Step(after, "started", target.start, "answers again")]
    return Fault(target.name, steps)


@dataclass(frozen=True)
class Step:
    """What is done `at` so many seconds of a run, and what is said of it before and, if anything, after."""

    at: float
    before: str
    deed: Callable[[], None]
    after: str = ""


class Fault:
    """A fault to come, to be put beside a load. Its first step breaks something, the others mend it."""

    def __init__(self, name: str, steps: Sequence[Step]) -> None:
        if any(later.at < sooner.at for sooner, later in zip([Step(0, "", lambda: None), *steps], steps, strict=False)):
            raise ValueError(f"a fault happens 0 or more seconds after the start, not at {[step.at for step in steps]}")
        self.name, self.steps = name, steps
        self._over = threading.Event()
        self._events: list[Event] = []
        self._error: Exception | None = None

    def begin(self, started: float) -> None:
        """Waits for its moments in a thread; `started` is the run's start as time.monotonic() tells it."""
        self._started = started
        self._thread = threading.Thread(target=self._happen, name=f"fault {self.name}", daemon=True)
        self._thread.start()

    def end(self) -> list[Event]:
        """What happened, and when. What was to be mended has been, even if the run was over before."""
        self._over.set()
        self._thread.join()
        if self._error is not None:
            raise LabError(f"the fault failed: {self._error}") from self._error
        if not self._events:
            first = self.steps[0]
            raise LabError(f"the run was over before {self.name} was {first.before}, {first.at} s after its start")
        return self._events

    def _happen(self) -> None:
        first, *others = self.steps
        try:
            if self._over.wait(max(0.0, self._started + first.at - time.monotonic())):
                return
            self._do(first)
            for step in others:
                self._over.wait(max(0.0, self._started + step.at - time.monotonic()))
                self._do(step)
        except Exception as error:
            self._error = error

    def _do(self, step: Step) -> None:
        self._say(step.before)
        step.deed()
        if step.after:
            self._say(step.after)

    def _say(self, what: str) -> None:
        self._events.append(Event(time.monotonic() - self._started, f"{self.name} {what}"))
