"""One primary at a time: nodes are asked all the time whether they take writes, and what they said is judged."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from minigram.lab.history.operations import History
from minigram.lab.history.violation import Violation, shortest
from minigram.lab.load import Event

EVERY = 0.05
"""Seconds between two questions to the same node."""

Node = tuple[str, str]
"""(group, node): the group has one primary, which is one of its nodes."""

Probe = Callable[[], int | None]
"""Writes something on a node; the timeline on which the node took it, or None, or any exception, if it did not.

A node that is promoted begins a new timeline, with a greater number.
"""


@dataclass(frozen=True)
class Observation:
    """A node of a group took a write on this timeline between two moments, in seconds since the history's start."""

    group: str
    node: str
    timeline: int
    began: float
    ended: float

    def line(self, about: str = "") -> str:
        return f"{self.group}: {self.node} takes a write on timeline {self.timeline}"


class Watch:
    """Asks each node in a thread of its own, so that one that hangs holds up no other."""

    def __init__(self, probes: Mapping[Node, Probe]) -> None:
        self.probes = probes
        self.observations: list[Observation] = []
        self._over = threading.Event()

    def begin(self, started: float) -> None:
        """`started` is the history's start as time.monotonic() tells it."""
        self._threads = [
            threading.Thread(target=self._ask, args=(*item, started), name=f"watch {item[0]}", daemon=True)
            for item in self.probes.items()
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> list[Event]:
        """Returns when the last question is answered: a probe has to give up by itself."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self.observations.sort(key=lambda seen: seen.began)
        return []

    def _ask(self, node: Node, probe: Probe, started: float) -> None:
        while not self._over.is_set():
            began = time.monotonic() - started
            try:
                timeline = probe()
            except Exception:  # a client library's own: refused, read-only, shutting down
                timeline = None
            if timeline is not None:
                self.observations.append(Observation(*node, timeline, began, time.monotonic() - started))
            self._over.wait(EVERY)


def one_primary(history: History) -> Violation | None:
    """Of a group no two nodes take writes on one timeline, and none does on a timeline older than one on which another
    has taken some: then it was not fenced.
    """
    return shortest(_two(history))


def _two(history: History) -> Iterator[Violation]:
    promise = "one primary at a time"
    newest: dict[tuple[str, str], Observation] = {}  # of each node its earliest write on its newest timeline
    for later in sorted(history.observations, key=lambda seen: seen.began):
        for (group, node), earlier in newest.items():
            if group != later.group or node == later.node:
                continue
            if earlier.timeline == later.timeline:
                why = f"{earlier.node} and {later.node} of {group} take writes on the same timeline."
                yield Violation(promise, why, [earlier, later])
            elif earlier.timeline > later.timeline and earlier.ended <= later.began:
                why = f"{later.node} of {group} takes a write although {earlier.node} has replaced it."
                yield Violation(promise, why, [earlier, later])
        known = newest.get((later.group, later.node))
        if known is None or known.timeline < later.timeline:
            newest[later.group, later.node] = later
