"""Histories: what concurrent sessions did and saw while a stage was broken, and which promise that breaks.

history = record(run.url, seconds=10, beside=[kill(run.servers["main"], after=3, restart_after=2)])
for violation in check(history):
    print(violation)

A promise is a function: a History → the shortest Violation, or None.
"""

from collections.abc import Callable, Iterable

from minigram.lab.history.operations import History, Look, Operation
from minigram.lab.history.primaries import Observation, one_primary
from minigram.lab.history.promises import monotonic_reads, no_lost_write, nothing_twice, read_your_writes
from minigram.lab.history.recording import Recording, record
from minigram.lab.history.violation import Violation

Promise = Callable[[History], Violation | None]

PROMISES: tuple[Promise, ...] = (no_lost_write, read_your_writes, monotonic_reads, nothing_twice, one_primary)
"""All of them. One server keeps them all; replicas that lag, or caches, may promise less."""

__all__ = [
    "PROMISES", "History", "Look", "Observation", "Operation", "Promise", "Recording", "Violation", "check",
    "monotonic_reads", "no_lost_write", "nothing_twice", "one_primary", "read_your_writes", "record",
]  # fmt: skip


def check(history: History, promises: Iterable[Promise] = PROMISES) -> list[Violation]:
    """The promises that the history breaks, each with the shortest part that does."""
    return [violation for promise in promises if (violation := promise(history)) is not None]
