"""`minigram check` as a student meets it, from the first red to the last green."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.behaviour.waiting import eventually
from tests.course.classroom import NAME, SOLUTION, STEM, STUB, Course


def test_the_first_red_is_the_expected_beginning(course: Course) -> None:
    """Who checks the stub is told that this is how it begins, where the file is, and that the set-up works."""
    status, said = course.run("check", "ch01")
    assert status == 1
    assert "This is the stub" in said and "your set-up works" in said
    assert f"work/exercises/{STEM}/{NAME}/double.py" in said
    assert "NotImplementedError" in said and "Traceback" not in said
    assert "0 of 3 points: 0 passed, 1 failed" in said and "more checks are run" in said


def test_red_shows_the_case_the_hint_and_one_more(course: Course) -> None:
    """A failure shows the smallest case that can be repeated, and the hint that helps; --hint shows the next."""
    course.own.write_text(SOLUTION.replace("2 * number", "number"))
    status, said = course.run("check", "ch01.1")
    assert status == 1 and "double(1): 1" in said
    assert "Hint 1 of 2 (one more: --hint): What is a number plus itself?" in said
    assert "This is the stub" not in said
    _, said = course.run("check", "ch01.1", "--hint")
    assert "Hint 2 of 2: Does it hold below zero, too?" in said


def test_what_the_code_printed(course: Course) -> None:
    """A student who prints sees it, below the checks, where something has failed."""
    course.own.write_text(SOLUTION.replace("return 2 * number", "print('seen', number)\n    return number"))
    _, said = course.run("check")
    assert "Your code printed, at last:" in said and "seen 1" in said


def test_green(course: Course) -> None:
    """A line says what was measured, against what, on which workload, and what it is worth."""
    course.own.write_text(SOLUTION)
    status, said = course.run("check")
    assert status == 0
    assert "✓ pass    3/3  A number is doubled. · 0 wrong (wanted = 0) · 60 numbers, zero and above" in said
    assert "Hint" not in said


def test_a_file_with_a_syntax_error(course: Course) -> None:
    """The line is shown, once, and every check says that it was not run."""
    course.own.write_text("def double(number)\n")
    status, said = course.run("check")
    assert status == 1 and said.count("Python cannot read the file: expected ':'") == 1
    assert "line 1: def double(number)" in said


def test_an_exercise_that_is_not_there(course: Course) -> None:
    """A wrong name is answered with those that there are."""
    status, said = course.run("check", "ch77")
    assert status == 3 and "There is no exercise 'ch77' here. There are: ch01.1." in said


def test_the_students_file_is_never_overwritten(course: Course) -> None:
    """A check brings the stub where it is missing, and leaves what the student wrote."""
    course.own.write_text("# mine\n" + SOLUTION)
    course.run("check")
    assert course.own.read_text() == "# mine\n" + SOLUTION
    course.own.unlink()
    course.run("check")
    assert course.own.read_text() == STUB


def test_in_a_notebook(course: Course) -> None:
    """check("ch01.1") in a cell shows the same, and a wrong name raises nothing."""
    course.own.write_text(SOLUTION)
    cell = "from minigram.course.check import check\ncheck('ch01.1')\ncheck('nothing')"
    done = subprocess.run([sys.executable, "-c", cell], cwd=course.folder, capture_output=True, text=True, check=True)
    assert "✓ pass" in done.stdout and "There is no exercise 'nothing'" in done.stdout


@contextmanager
def watching(course: Course) -> Iterator[list[str]]:
    """The lines that `check --watch` prints, as they come; Ctrl-C ends it."""
    running = course.start("check", "ch01.1", "--watch")
    lines: list[str] = []
    assert running.stdout is not None
    reader = threading.Thread(target=lambda: lines.extend(iter(running.stdout.readline, "")))  # type: ignore[union-attr]
    reader.start()
    try:
        yield lines
    finally:
        running.send_signal(signal.SIGINT)
        try:
            assert running.wait(10) == 0
        finally:
            running.kill()
            reader.join()


def test_watch_checks_again_on_save(course: Course) -> None:
    """Red, an edit, green: without typing the command again. Ctrl-C ends it without a traceback."""
    course.own.write_text(STUB)
    with watching(course) as lines:
        eventually("the first check is over", lambda: any("Waiting for you to save" in line for line in lines), 30)
        assert any("FAIL" in line for line in lines)
        course.own.write_text(SOLUTION)
        eventually("it is checked again", lambda: any("✓ pass" in line for line in lines), 30)
    assert not any("Traceback" in line for line in lines)


def test_what_the_machine_lacks_is_not_the_students_fault(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the servers of a staged exercise cannot be had, that is told, and no check has failed."""
    monkeypatch.setenv("MINIGRAM_SERVERS", "docker")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    stage = course.exercise.folder / "stage.py"
    stage.write_text("from minigram.stages import newest\n\n\nclass Student(newest()):\n    title = 'Planted'\n")
    try:
        status, said = course.run("check", "ch01.1")
    finally:
        stage.unlink()
    assert status == 3 and "no Docker engine answers" in said and "FAIL" not in said and "Traceback" not in said
