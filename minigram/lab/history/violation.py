"""A promise that was broken, with the shortest history that shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Moment(Protocol):
    """What can stand in a history: it has times, in seconds since its start, and a line to print."""

    @property
    def began(self) -> float: ...
    @property
    def ended(self) -> float: ...
    def line(self, about: str = "") -> str: ...


@dataclass(frozen=True)
class Violation:
    """`history` breaks the promise by itself: everything in it was needed to see that, and nothing more is.

    `about` is the text of the comment that it is about, if any.
    """

    promise: str
    why: str
    history: Sequence[Moment]
    about: str = ""

    def __str__(self) -> str:
        lines = [f"{m.began:8.3f} to {m.ended:7.3f} s  {m.line(self.about)}" for m in self.history]
        return "\n".join([f"Broken: {self.promise}. {self.why}", *lines])


def shortest(found: Iterable[Violation]) -> Violation | None:
    """The one with the fewest lines, and of those the one that happened first."""
    return min(found, key=lambda v: (len(v.history), v.history[-1].ended), default=None)
