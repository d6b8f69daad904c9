"""Judging the judge: what is wrong with checks is found by trying them on what should pass and what should not."""

import re
from pathlib import Path

from minigram.course.judge.proof import faults
from minigram.course.judge.shut.ways import OPEN
from tests.course.classroom import CHECKS, HIDDEN, plant

BELOW = 'return doubled(case, st.integers(-(10**6), -1), "below zero")'


def found(folder: Path, hidden: str = HIDDEN, checks: str = CHECKS, seeds: int = 2) -> str:
    """The faults of the planted exercise with other checks; Python imports each stem once, so it has one of its own."""
    stem = "ch01_" + re.sub(r"\W", "_", folder.name)
    return "\n".join(faults(plant(folder, hidden, checks, stem), OPEN, range(seeds)))


def test_sound_checks(tmp_path: Path) -> None:
    """Where all is well nothing is found."""
    assert found(tmp_path) == ""


def test_a_check_that_always_passes(tmp_path: Path) -> None:
    """A check that not even the stub fails is found, and so is the mutant that it should have caught."""
    lines = found(
        tmp_path,
        HIDDEN.replace(BELOW, "return Measured(0, exactly(0), 'wrong', 'nothing')").replace(
            "check\n", "check, exactly\n", 1
        ),
    )
    assert "the check doubles_below_zero passes even the stub" in lines
    assert "the mutant forgets_the_sign passes doubles_below_zero" in lines


def test_an_unreachable_threshold(tmp_path: Path) -> None:
    """A check that the solution cannot pass is found."""
    unreachable = "return Measured(1, exactly(0), 'wrong', 'a threshold that nobody reaches')"
    lines = found(tmp_path, HIDDEN.replace(BELOW, unreachable).replace("check\n", "check, exactly\n", 1))
    assert "the solution does not pass doubles_below_zero with seed 0" in lines


def test_a_check_that_needs_luck(tmp_path: Path) -> None:
    """A check that depends on what was drawn is found among ten seeds."""
    lucky = 'return doubled(case, st.just(case.random.choice([-1, 0])), "one number, by luck")'
    lines = found(tmp_path, HIDDEN.replace(BELOW, lucky), seeds=10)
    assert "the mutant forgets_the_sign passes doubles_below_zero with seed" in lines
    assert sum("forgets_the_sign passes" in line for line in lines.splitlines()) < 10
