"""Faults: what goes wrong at a moment of a run, while people go on coming.

open_loop(url, EVERYDAY, known, rate=50, seconds=10, beside=[kill(server, after=3, restart_after=2)]).events
"""

import threading
import time
from typing import Protocol

from minigram.lab import LabError
from minigram.lab.load import Event


class Mortal(Protocol):
    """A server or a process: killed without a last word; `start` returns when it answers again."""

    name: str

    def kill(self) -> None: ...
    def start(self) -> None: ...


def kill(target: Mortal, *, after: float, restart_after: float | None = None) -> "Kill":
    """Kills the target `after` seconds of a run, and starts it `restart_after` seconds later, or never."""
    if after < 0 or (restart_after is not None and restart_after < 0):
        raise ValueError(f"a fault happens 0 or more seconds after the start, not {after} and {restart_after}")
    return Kill(target, after, restart_after)


class Kill:
    """A kill to come, to be put beside a load."""

    def __init__(self, target: Mortal, after: float, restart_after: float | None) -> None:
        self.target, self.after, self.restart_after = target, after, restart_after
        self._over = threading.Event()
        self._events: list[Event] = []
        self._error: Exception | None = None

    def begin(self, started: float) -> None:
        """Waits for its moment in a thread; `started` is the run's start as time.monotonic() tells it."""
        self._started = started
        self._thread = threading.Thread(target=self._happen, name=f"kill {self.target.name}", daemon=True)
        self._thread.start()

    def end(self) -> list[Event]:
        """What happened, and when. What was to be started again has been, even if the run was over before."""
        self._over.set()
        self._thread.join()
        if self._error is not None:
            raise LabError(f"the fault failed: {self._error}") from self._error
        if not self._events:
            raise LabError(f"the run was over before {self.target.name} was killed, {self.after} s after its start")
        return self._events

    def _happen(self) -> None:
        try:
            if self._over.wait(max(0.0, self._started + self.after - time.monotonic())):
                return
            self._say("killed")
            self.target.kill()
            if self.restart_after is not None:
                self._over.wait(max(0.0, self._started + self.after + self.restart_after - time.monotonic()))
                self._say("started")
                self.target.start()
                self._say("answers again")
        except Exception as error:
            self._error = error

    def _say(self, what: str) -> None:
        self._events.append(Event(time.monotonic() - self._started, f"{self.target.name} {what}"))
