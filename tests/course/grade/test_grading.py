"""`minigram grade` as an instructor meets it: every row of the roster, interruptions, mended checks, appeals."""

import csv
import json
import os
import signal
import zipfile
from datetime import UTC, datetime
from typing import Any

import psutil
import pytest

from minigram.lab.leftovers import is_alive, runs
from tests.behaviour.waiting import eventually
from tests.course.classroom import HIDDEN, NAME, SOLUTION, STUB, Course

pytestmark = pytest.mark.usefixtures("shut_in")

HALF = SOLUTION.replace("2 * number", "2 * abs(number)")


def grade(course: Course, *words: str) -> tuple[int, str]:
    return course.run("grade", "submissions", "--out", "grades", *words)


def scores(course: Course) -> dict[str, float]:
    """The score of each student in grades.csv."""
    with (course.folder / "grades" / "grades.csv").open(newline="") as file:
        return {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(file)}


def mark(course: Course, student: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((course.folder / "grades" / "students" / student / "mark.json").read_text())
    return found


def roster(course: Course, *students: str) -> str:
    file = course.folder / "roster.csv"
    file.write_text("student_id,last_name,first_name,email\n" + "".join(f"{one},L,F,\n" for one in students))
    return str(file)


def test_every_row_is_accounted_for(course: Course) -> None:
    """Marked, missing, empty, duplicate, late, wrongly named and broken submissions are each told of."""
    course.hand_in("ada")
    course.hand_in("ben", HALF)
    course.hand_in("cyd", "notes only", "notes.txt")
    course.hand_in("dup")
    with zipfile.ZipFile(course.folder / "submissions" / "dup.zip", "w") as archive:
        archive.writestr("double.py", SOLUTION)
    (course.folder / "submissions" / "eve.zip").write_bytes(b"no zip")
    course.hand_in("Fay")
    late = course.hand_in("gil").parent
    os.utime(late, (2_000_000_000, 2_000_000_000))
    (course.folder / "submissions" / "readme.txt").write_text("hello")
    students = roster(course, "ada", "ben", "cyd", "dup", "eve", "fay", "gil", "hal")
    due = datetime.fromtimestamp(2_000_000_000 - 7500, UTC).isoformat()
    status, said = grade(course, "--roster", students, "--due", due)
    assert status == 1, said
    found = scores(course)
    assert found == {"ada": 5, "ben": 3, "cyd": 0, "dup": 0, "eve": 0, "fay": 0, "gil": 5, "hal": 0}
    states = {one: mark(course, one)["state"] for one in found}
    assert states == {
        "ada": "marked", "ben": "marked", "cyd": "empty", "dup": "duplicate", "eve": "broken", "fay": "missing",
        "gil": "marked", "hal": "missing",
    }  # fmt: skip
    assert mark(course, "gil")["notes"] == ["late by 2 h 5 min"]
    assert "Fay: nobody in the roster has this id; is it fay?" in said
    assert "readme.txt: it is neither a folder nor a zip" in said
    assert "dup and dup.zip: remove all but one" in said


def test_a_mark_carries_its_evidence(course: Course) -> None:
    """What was handed in, what judged it, how it was shut in, the seed and what was said are all written down."""
    course.hand_in("ada", HALF)
    grade(course)
    found = mark(course, "ada")
    (judged,) = found["exercises"]
    evidence = judged["evidence"]
    assert len(found["submission"]) == 64 and len(evidence["submission"]) == 64 and len(found["about"]["lock"]) == 64
    assert {"course", "lock", "python", "system"} <= set(found["about"])
    assert evidence["way"] in ("bubblewrap", "namespaces", "container")
    assert evidence["seed"] == json.loads((course.folder / "grades" / "class.json").read_text())["seed"]
    assert any(line.startswith("double(") for line in evidence["transcript"])
    kept = course.folder / "grades" / "students" / "ada" / "submitted" / NAME / "double.py"
    assert kept.read_text() == HALF


def test_the_seed_is_secret(course: Course) -> None:
    """Each class has a seed of its own, that only the instructor can read and no student's page shows."""
    course.hand_in("ada")
    grade(course)
    grades = course.folder / "grades"
    assert (grades / "class.json").stat().st_mode & 0o077 == 0
    seed = str(json.loads((grades / "class.json").read_text())["seed"])
    page = (grades / "students" / "ada" / "feedback.html").read_text()
    results = (grades / "students" / "ada" / "results.json").read_text()
    assert seed not in page and seed not in results
    course.run("grade", "submissions", "--out", "others")
    assert str(json.loads((course.folder / "others" / "class.json").read_text())["seed"]) != seed


def test_what_was_marked_is_kept(course: Course) -> None:
    """A second run marks only what has changed."""
    course.hand_in("ada")
    course.hand_in("ben")
    grade(course)
    before = mark(course, "ada")["when"], (course.folder / "grades/students/ada/mark.json").read_text()
    course.hand_in("ben", HALF)
    status, said = grade(course)
    assert status == 0 and "'ada': marked, 5 of 5 (kept)" in said and "'ben': marked, 3 of 5" in said
    assert (mark(course, "ada")["when"], (course.folder / "grades/students/ada/mark.json").read_text()) == before


@pytest.mark.parametrize("how", [pytest.param(signal.SIGKILL, marks=pytest.mark.slow), signal.SIGINT])
def test_an_interrupted_grading_goes_on(how: signal.Signals, course: Course) -> None:
    """Killed in the middle, it leaves no process and no half mark; typed again, it goes on."""
    course.hand_in("ada")
    loops = SOLUTION.replace("return", "while True:\n        pass\n    return")
    course.hand_in("ben", loops)
    course.hand_in("cyd", loops)
    grading = course.start("grade", "submissions", "--out", "grades")
    kept = course.folder / "grades" / "students" / "ada" / "mark.json"
    eventually("ada is marked", kept.exists, 60)
    family = psutil.Process(grading.pid).children(recursive=True)
    grading.send_signal(how)
    said, _ = grading.communicate(timeout=30)
    eventually("all of it has ended", lambda: not any(is_alive(one) for one in family), 40)
    pids = {grading.pid, *(one.pid for one in family)}
    eventually("no run is left", lambda: pids.isdisjoint(owner.pid for owner in runs().values()), 20)
    if how == signal.SIGINT:
        assert grading.returncode == 1 and "the same command goes on" in said and "Traceback" not in said
    when = mark(course, "ada")["when"]
    assert not list(kept.parent.parent.glob("*/.mark*"))
    course.hand_in("ben")
    course.hand_in("cyd")
    status, _ = grade(course)
    assert status == 0 and mark(course, "ada")["when"] == when
    assert scores(course) == {"ada": 5, "ben": 5, "cyd": 5}


def test_a_mended_check_changes_marks_and_says_why(course: Course) -> None:
    """After a fix to a check marks are given anew, and each that changed is listed; a person's word stays."""
    course.hand_in("ada")
    course.hand_in("ben", HALF)
    course.hand_in("cyd", HALF)
    grade(course)
    status, said = course.run("override", "grades", "cyd", "ch01.1", "4.5", "--reason", "explained it in person")
    assert status == 0 and "cyd: 4.5 of 5" in said
    assert course.run("regrade", "grades") == (0, "Every mark was given by the checks that are here now.\n")
    mended = HIDDEN.replace("st.integers(-(10**6), -1)", "st.integers(0, 1)")
    (course.exercise.solutions / "hidden.py").write_text(mended)
    status, said = course.run("regrade", "grades")
    assert status == 0 and "'ada'" not in said and "3 judged again." in said
    assert "'ben': 3 → 5\n    ch01.1.doubles_below_zero: fail 0/2 → pass 2/2" in said
    assert "ch01.1: the override stands, 4.5 points" in said
    assert scores(course) == {"ada": 5, "ben": 5, "cyd": 4.5}
    assert mark(course, "cyd")["overrides"][0]["reason"] == "explained it in person"


def test_an_override_that_makes_no_sense(course: Course) -> None:
    """It is refused, with what would do, and changes nothing."""
    course.hand_in("ada", STUB)
    grade(course)
    for student, exercise, points, reason, said in (
        ("nobody", "ch01.1", "1", "x", "There is no mark for 'nobody'"),
        ("ada", "ch01.9", "1", "x", "There are: ch01.1"),
        ("ada", "ch01.1", "6", "x", "worth 0 to 5 points, not 6"),
        ("ada", "ch01.1", "nan", "x", "worth 0 to 5 points, not nan"),
        ("ada", "ch01.1", "1", " ", "needs a reason"),
    ):
        status, told = course.run("override", "grades", student, exercise, points, "--reason", reason)
        assert status == 3 and said in told and not mark(course, "ada")["overrides"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nada\n", "no column student_id"),
        ("student_id\nada\nada\n", "line 3: 'ada' is in line 2 already"),
        ("student_id,last_name\n,L\n", "line 2: there is no student_id"),
        ("student_id\n\xff", "cannot be read"),
    ],
)
def test_a_roster_that_is_none(text: str, said: str, course: Course) -> None:
    """It is refused with the line, before anything is marked."""
    course.hand_in("ada")
    file = course.folder / "roster.csv"
    file.write_bytes(text.encode("latin-1"))
    status, told = grade(course, "--roster", str(file))
    assert status == 3 and said in told and not (course.folder / "grades").exists()


def test_refused_where_nothing_shuts_in(course: Course) -> None:
    """Without a way of shutting submissions in there are no marks, and nothing was run."""
    course.hand_in("ada")
    status, said = grade(course, "--way", "nothing")
    assert status == 3 and "Marks are only given where a submission can be shut in" in said
    assert not (course.folder / "grades").exists()


def test_no_hidden_checks_no_marks(course: Course) -> None:
    """In a student edition nothing can be graded, and that is said."""
    course.hand_in("ada")
    (course.exercise.solutions / "hidden.py").unlink()
    status, said = grade(course)
    assert status == 3 and "this is a student edition" in said and "Traceback" not in said


def test_another_chapters_marks_are_not_mixed_in(course: Course) -> None:
    """A folder of marks belongs to one chapter."""
    course.hand_in("ada")
    grade(course)
    file = course.folder / "grades" / "class.json"
    file.write_text(file.read_text().replace("ch01", "ch02"))
    status, said = grade(course)
    assert status == 3 and "holds marks for ch02" in said


def test_a_machine_at_fault_is_not_a_failure(course: Course) -> None:
    """Where the judge itself breaks down, the mark is unknown and a person has to look; nothing has failed."""
    course.hand_in("ada")
    file = course.exercise.folder / "checks.py"
    noisy = 'raise Unclear("noise")\n    return doubled(case, st.integers(0'
    text = file.read_text().replace("return doubled(case, st.integers(0", noisy)
    file.write_text(text.replace("import Called", "import Unclear, Called"))
    status, said = grade(course)
    verdicts = [one["verdict"] for one in mark(course, "ada")["exercises"][0]["seen"]]
    assert status == 1 and verdicts == ["unknown", "pass"], said


def test_names_of_any_kind(course: Course) -> None:
    """Ids with newlines, commas, formulas and dots are marked like any other, each in a folder of its own."""
    names = ["=cmd|x", "a,b", "two\nlines", 'O\'Brien "Bob"', "ünï", "-1+1", "..."]
    for name in names:
        course.hand_in(name)
    status, said = grade(course)
    assert status == 0, said
    found = sorted(one.name for one in (course.folder / "grades" / "students").iterdir())
    assert len(found) == len(names)
    assert all(one.isprintable() and "/" not in one and one[0] != "." for one in found)
    assert sorted(one.lstrip("'") for one in scores(course)) == sorted(names)
