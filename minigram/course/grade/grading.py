"""Marking a class: every row of the roster gets a mark or a reason why not, one by one, and can be gone on with."""

import hashlib
import platform
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from minigram.course.grade.book import Class, Gradebook
from minigram.course.grade.marker import Marker
from minigram.course.grade.marks import Mark, judged_from
from minigram.course.grade.one import MISSING, Order
from minigram.course.grade.roster import Row
from minigram.course.grade.submissions import Broken, Seams, hash_of, seams_of
from minigram.course.judge.exercises import exercises, fingerprints
from minigram.course.judge.judging import Judged, unjudged
from minigram.lab import LabError
from minigram.lab.claims import Verdict
from minigram.lab.machine import ROOT, commit

Tell = Callable[[Mark, bool], None]
"""Told of each mark as it is there, and whether it was there before."""


def grade(rows: Sequence[Row], book: Gradebook, about: Class, marker: Marker, way: str, tell: Tell) -> list[Mark]:
    """Mark every row; the marks in the rows' order. What was marked before, and has not changed, is kept.

    Each mark is written down when it is there, so an interruption loses only what was being judged.
    """
    found: dict[int, Mark] = {}
    waiting: dict[int, tuple[Mark, Seams]] = {}
    for number, row in enumerate(rows):
        mark, seams = _look_at(row, about)
        if mark.state != "marked":
            mark.exercises = _all(about, "fail", MISSING)
        before = book.mark(row.student.id) if row.known else None
        mark.overrides = before.overrides if before else []
        if mark.state != "marked":
            found[number] = mark
            if row.known:
                book.keep(mark)
            tell(mark, False)
        elif before is not None and _still_holds(before, mark, about):
            before.notes, before.late, before.student = mark.notes, mark.late, mark.student
            book.keep(before)
            found[number] = before
            tell(before, True)
        else:
            waiting[number] = (mark, seams)
    pool = ThreadPoolExecutor(marker.at_once)
    try:
        going = {
            pool.submit(_judge, mark, seams, about, marker, way): number for number, (mark, seams) in waiting.items()
        }
        for done in as_completed(going):
            number = going[done]
            found[number] = done.result()
            book.keep(found[number], waiting[number][1])
            tell(found[number], False)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        marker.close()
    return [found[number] for number in sorted(found)]


def judged_anew(mark: Mark, seams: Seams, about: Class, marker: Marker, way: str) -> Mark:
    """The same submission, judged again; what a person has decided stays."""
    return _judge(replace(mark, exercises=[]), seams, about, marker, way)


def _look_at(row: Row, about: Class) -> tuple[Mark, Seams]:
    """What there is to be marked, if anything, and the notes about it."""
    mark = Mark(row.student, about.chapter, "missing")
    if not row.known:
        return replace(mark, state="wrongly named", notes=[row.note]), {}
    if not row.entries:
        return mark, {}
    if len(row.entries) > 1:
        names = " and ".join(path.name for path in row.entries)
        return replace(mark, state="duplicate", notes=[f"{names}: remove all but one, and grade again"]), {}
    (path,) = row.entries
    try:
        seams = seams_of(path, exercises(about.chapter))
    except Broken as problem:
        return replace(mark, state="broken", notes=[str(problem)]), {}
    if not seams:
        wanted = ", ".join(one.seam for one in exercises(about.chapter))
        return replace(mark, state="empty", notes=[f"none of {wanted} is in it"]), {}
    submitted = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    late = (submitted - datetime.fromisoformat(about.due)).total_seconds() if about.due else 0.0
    notes = [f"{id} is missing" for id in (one.id for one in exercises(about.chapter)) if id not in seams]
    if late > 0:
        notes.append(f"late by {_span(late)}")
    mark = replace(
        mark, state="marked", submitted=submitted.isoformat(timespec="seconds"), submission=hash_of(seams),
        late=max(0.0, late), notes=notes,
    )  # fmt: skip
    return mark, seams


def _judge(mark: Mark, seams: Seams, about: Class, marker: Marker, way: str) -> Mark:
    order = Order.of(about.chapter, seams, about.seed, way)
    problem = ""
    for _ in range(2):  # what the machine was to blame for may go well the second time
        try:
            judged = judged_from(marker.judge(order))
            break
        except LabError as error:
            problem = str(error)
    else:
        judged = _all(about, "unknown", problem)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    return replace(mark, exercises=judged, about=_rests_on(), when=when)


def _still_holds(before: Mark, now: Mark, about: Class) -> bool:
    """Whether a mark would rest on the same things again. One that a person has to look at is tried again."""
    same = before.state == "marked" and before.submission == now.submission
    same = same and before.checks == fingerprints(about.chapter)
    return same and not before.unknown and all(one.evidence.seed == about.seed for one in before.exercises)


def _rests_on() -> dict[str, Any]:
    lock = hashlib.sha256((ROOT / "requirements.txt").read_bytes()).hexdigest()
    here = {"python": platform.python_version(), "system": platform.platform(terse=True)}
    return {"course": commit(), "lock": lock, **here}


def _all(about: Class, verdict: Verdict, why: str) -> list[Judged]:
    return [unjudged(exercise, verdict, why, about.seed) for exercise in exercises(about.chapter)]


def _span(seconds: float) -> str:
    minutes = int(seconds // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"
