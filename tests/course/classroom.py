"""A small course to try the classroom on: this tree's code, and one made-up exercise with its solution."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copyfile, copytree, ignore_patterns

from minigram.course.judge.exercises import Exercise

from .trees import stem as named

ROOT = Path(__file__).parents[2]
STEM, NAME = named(1, "planted"), "e1_double"

STUB = '''"""Twice as much."""


def double(number: int) -> int:
    """Twice the number."""
    raise NotImplementedError
'''

SOLUTION = STUB.replace("raise NotImplementedError", "return 2 * number")

STATEMENT = """# Twice as much

**Goal.** Double a number.

## Hints

### Hint 1

What is a number plus itself?

### Hint 2

Does it hold below zero, too?

## Run

    minigram check
"""

CHECKS = '''"""What students see."""

from hypothesis import strategies as st

from minigram.course.judge import Called, Measured, check, exactly
from minigram.course.judge.called import same


def doubled(case: Called, numbers: st.SearchStrategy[int], workload: str) -> Measured:
    tried, wrong = case.first_wrong(numbers, lambda n: same(case.call("double", n), 2 * n), 60)
    if wrong is None:
        return Measured(0, exactly(0), "wrong", f"{tried} numbers, {workload}")
    return Measured(1, exactly(0), "wrong", workload, f"{case.written('double', wrong)}: {case.told('double', wrong)}")


@check(points=3, hint=1)
def doubles(case: Called) -> Measured:
    """A number is doubled."""
    return doubled(case, st.integers(0, 10**6), "zero and above")
'''

HIDDEN = f'''"""What students do not see."""

from hypothesis import strategies as st

from exercises.{STEM}.{NAME}.checks import doubled
from minigram.course.judge import Called, Measured, check


@check(points=2, hint=2)
def doubles_below_zero(case: Called) -> Measured:
    """A number below zero is doubled."""
    return doubled(case, st.integers(-(10**6), -1), "below zero")
'''

MUTANTS = """
[adds_two]
mistake = "Adds two"
caught = "doubles"
replace = [["2 * number", "2 + number"]]

[forgets_the_sign]
mistake = "Doubles the amount"
caught = "doubles_below_zero"
replace = [["2 * number", "2 * abs(number)"]]
"""


def plant(root: Path, hidden: str = HIDDEN, checks: str = CHECKS, stem: str = STEM) -> Exercise:
    """The exercise, with its solution, in a tree. Python imports the checks of a stem once."""
    files = {
        f"exercises/{stem}/{NAME}/double.py": STUB,
        f"exercises/{stem}/{NAME}/statement.md": STATEMENT,
        f"exercises/{stem}/{NAME}/checks.py": checks,
        f"solutions/{stem}/{NAME}/double.py": SOLUTION,
        f"solutions/{stem}/{NAME}/hidden.py": hidden.replace(STEM, stem),
        f"solutions/{stem}/{NAME}/mutants.toml": MUTANTS,
    }
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Exercise(stem, NAME, root)


class Course:
    """A course of its own in a folder; `run` is the minigram command in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        copytree(ROOT / "minigram", folder / "minigram", ignore=ignore_patterns("__pycache__"))
        for name in ("requirements.txt", "pyproject.toml", "chapters/common.toml"):
            (folder / name).parent.mkdir(exist_ok=True)
            copyfile(ROOT / name, folder / name)
        self.exercise = plant(folder)

    @property
    def own(self) -> Path:
        """The student's file."""
        return self.folder / "work" / "exercises" / STEM / NAME / "double.py"

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "minigram", *words], cwd=self.folder, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": str(self.folder), "COLUMNS": "200"},
        )  # fmt: skip

    def run(self, *words: str) -> tuple[int, str]:
        """The exit status, and all that was printed."""
        running = self.start(*words)
        said, _ = running.communicate(timeout=120)
        return running.returncode, said

    def hand_in(self, student: str, text: str = SOLUTION, name: str = "double.py") -> Path:
        """Put a submission into submissions/, and return its file."""
        file = self.folder / "submissions" / student / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file
