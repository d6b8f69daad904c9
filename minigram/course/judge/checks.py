"""A check: one sentence that must be true of a student's work, what it is worth, and how it is measured."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from minigram.lab.claims import Bound, Verdict


class Unclear(Exception):
    """The machine did not let us tell. Nothing is said about the student's work, and the check is run again."""


@dataclass(frozen=True)
class Measured:
    """What a check has found: `value` has to be within `bound`.

    `workload` says on what it was measured, `unit` of what it is; `example` is the smallest case that shows the
    failure, written so that the student can repeat it.
    """

    value: float
    bound: Bound
    unit: str
    workload: str
    example: str = ""


@dataclass(frozen=True)
class Check:
    """`says` is the docstring of what measures it; `hint` is the number of the hint that helps who fails it."""

    name: str
    says: str
    points: int
    hint: int
    measure: Callable[[Any], Measured]


@dataclass(frozen=True)
class Seen:
    """One line of a report. `points` are what was earned `of` what the check is worth."""

    check: str
    says: str
    verdict: Verdict
    points: int
    of: int
    measured: str = ""
    bound: str = ""
    workload: str = ""
    why: str = ""
    example: str = ""
    hint: int = 1
    hidden: bool = False


def check(points: int, hint: int = 1) -> Callable[[Callable[[Any], Measured]], Check]:
    """Make a check of a function. Its docstring is the sentence; it is worth so many points, all or none."""

    def made(measure: Callable[[Any], Measured]) -> Check:
        says = " ".join((measure.__doc__ or "").split())
        if not says:
            raise TypeError(f"the check {measure.__name__} does not say, in its docstring, what must be true")
        return Check(measure.__name__, says, points, hint, measure)

    return made


def checks_in(module: ModuleType) -> list[Check]:
    """The checks of a module, in the order in which they stand there."""
    return [value for value in vars(module).values() if isinstance(value, Check)]
