"""Checks as a student sees them: `minigram check ch01`, and in a notebook `check("ch01.2")`. Advice, never a mark."""

from rich.console import Console

from minigram.course.check.checking import check_all
from minigram.lab import LabError

__all__ = ["check"]


def check(which: str, hint: bool = False) -> None:
    """Check your own file for an exercise ("ch01.2") or for all of a chapter ("ch01"); `hint` shows one more hint."""
    console = Console()
    try:
        check_all(str(which), console, hint)
    except LabError as error:
        console.print(str(error), markup=False)
