"""After the grading: marks given anew when a check was mended, and a person's word against the judge's."""

import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from minigram.course.grade.book import Gradebook
from minigram.course.grade.grading import judged_anew
from minigram.course.grade.marker import Marker
from minigram.course.grade.marks import Mark, Override
from minigram.course.judge.checks import Seen
from minigram.course.judge.exercises import fingerprints
from minigram.lab import LabError


@dataclass(frozen=True)
class Change:
    """A mark that has changed, with a line for each check that says something else than before."""

    student: str
    before: float
    after: float
    why: list[str]


def regrade(book: Gradebook, marker: Marker, way: str) -> Iterator[Change | None]:
    """Judge again every submission whose checks are not what they were; for each, the change, or None.

    The same files and the same seed: whatever differs comes from the checks. Overrides stay.
    """
    about = book.about
    now = fingerprints(about.chapter)
    try:
        for mark in book.marks():
            if mark.state != "marked" or mark.checks == now:
                continue
            fresh = judged_anew(mark, book.submitted(mark), about, marker, way)
            book.keep(fresh)
            why = _differences(mark, fresh)
            yield Change(mark.student.id, mark.points, fresh.points, why) if why else None
    finally:
        marker.close()


def override(book: Gradebook, student: str, exercise: str, points: float, reason: str) -> Mark:
    """A person decides what an exercise of a student is worth. Raises LabError for what is not there or makes no
    sense."""
    mark = book.mark(student)
    if mark is None:
        raise LabError(f"There is no mark for {student!r} in {book.folder}.")
    worth = {one.exercise: one.of for one in mark.exercises}
    if exercise not in worth:
        raise LabError(f"There is no exercise {exercise!r} in that mark. There are: {', '.join(worth)}.")
    if not 0 <= points <= worth[exercise]:
        raise LabError(f"{exercise} is worth 0 to {worth[exercise]} points, not {points:g}.")
    if not reason.strip():
        raise LabError("An override needs a reason: the student will read it.")
    when = datetime.now(UTC).isoformat(timespec="seconds")
    mark.overrides.append(Override(exercise, points, reason.strip(), _me(), when))
    book.keep(mark)
    return mark


def _differences(before: Mark, after: Mark) -> list[str]:
    """What each check says now, where that is not what it said; and where a person's word keeps the points."""
    old = {(one.exercise, seen.check): seen for one in before.exercises for seen in one.seen}
    new = {(one.exercise, seen.check): seen for one in after.exercises for seen in one.seen}
    lines = []
    for key in dict.fromkeys([*old, *new]):
        was, now, name = _said(old.get(key)), _said(new.get(key)), ".".join(key)
        if was != now:
            why = new[key].why or new[key].measured if key in new else ""
            lines.append(f"{name}: {was} → {now}" + (f" ({why})" if why else ""))
    decided = sorted({one.exercise for one in after.overrides})
    return lines + [f"{id}: the override stands, {after.points_for(id):g} points" for id in decided if lines]


def _said(seen: Seen | None) -> str:
    return f"{seen.verdict} {seen.points}/{seen.of}" if seen else "not there"


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
