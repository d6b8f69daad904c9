"""What is wrong with a student's file is told, in the student's own lines, each kind from the others."""

from collections.abc import Callable

import pytest

from minigram.course.judge.judging import Judged
from minigram.course.judge.trouble import EXPLAINED
from tests.course.classroom import SOLUTION

CASES = {
    "syntax": ("def double(number)\n    return 2\n", "line 1: def double(number)"),
    "missing package": ("import nowhere_to_be_found\n", "No module named 'nowhere_to_be_found'"),
    "import": ("table = {}\ntable['twice']\n", "line 2, in <module>: table['twice']"),
    "signature": (
        "def double(number, times):\n    return number\n",
        "expected double(number), found double(number, times)",
    ),
    "ended": ("import os\nos._exit(0)\n", "sys.exit"),
    "limit": ("import time\nhoard = []\nwhile not time.sleep(0.001):\n    hoard.append(b'x' * 2**20)\n", "memory"),
}


@pytest.mark.parametrize("kind", CASES)
def test_what_is_wrong_before_anything_runs(kind: str, judged: Callable[[str], Judged]) -> None:
    """Whatever keeps the file from being used is told once, and no check has run."""
    text, shown = CASES[kind]
    found = judged(text)
    assert found.trouble.startswith(EXPLAINED[kind]) and shown in found.trouble
    assert {one.why for one in found.seen} == {"not run: see above"} and found.points == 0


def test_what_is_not_there(judged: Callable[[str], Judged]) -> None:
    """A file without the function is told which one is missing."""
    assert "double(number) is not there" in judged("def triple(number):\n    return 3 * number\n").trouble


@pytest.mark.slow
def test_an_endless_loop_at_import(judged: Callable[[str], Judged]) -> None:
    """A file that never gets to its end is told from a broken one."""
    assert judged("while True:\n    pass\n").trouble.startswith(EXPLAINED["hang"])


def test_an_endless_loop_in_a_call(judged: Callable[[str], Judged]) -> None:
    """One check hangs, and the next is run all the same."""
    loops = SOLUTION.replace("return 2 * number", "while number >= 0:\n        pass\n    return 2 * number")
    first, second = judged(loops).seen
    assert first.why.startswith(EXPLAINED["hang"]) and second.verdict == "pass"


def test_an_error_shows_the_students_lines(judged: Callable[[str], Judged]) -> None:
    """The lines of a traceback are the student's, and none is ours."""
    broken = (
        SOLUTION.replace("return 2 * number", "return twice(number)") + "\n\ndef twice(n):\n    return n / (n - n)\n"
    )
    (first, _) = judged(broken).seen
    assert "ZeroDivisionError" in first.example
    assert "in double: return twice(number)" in first.example and "in twice: return n / (n - n)" in first.example
    assert "runner" not in first.example and "minigram" not in first.example


def test_the_smallest_failing_case_is_shown(judged: Callable[[str], Judged]) -> None:
    """Of all numbers that show the mistake the smallest is told."""
    (first, _) = judged(SOLUTION.replace("2 * number", "min(2 * number, 1000)")).seen
    assert first.example == "double(501): 1000"
