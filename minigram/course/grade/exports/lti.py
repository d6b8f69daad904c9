"""The grades as scores of LTI Assignment and Grade Services 2.0, for a tool that posts them one by one."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from minigram.course.grade.exports.fit import legible
from minigram.course.grade.exports.words import STATES, late, points
from minigram.course.grade.marks import Mark, in_order
from minigram.course.whole import write_whole


def write_lti(marks: Sequence[Mark], path: Path) -> None:
    """A list with one score for each student of the roster.

    Who has handed in nothing gets `Initialized` and `NotReady`, and no `scoreGiven`. The specification has `NotReady`
    for "the student has not yet made any submission", and a score without `scoreGiven` for "there is presently no
    score"; a 0 would say that work was seen. What a missing submission is worth, the platform's own policy decides.
    An override shows that a person has decided, and then there is a score.

    What was handed in and could not be judged, or has a check that could not be told, is `PendingManual`: the score is
    partial until a person has looked. `scoreMaximum` must be above 0; where nothing at all could be judged in the
    whole class there is none, and the grading has `Failed`. What bears nobody's name is no score.
    """
    full = max((mark.of for mark in marks), default=0)
    scores = [_score(mark, full) for mark in in_order([mark for mark in marks if mark.state != "wrongly named"])]
    write_whole(path, json.dumps(scores, indent=1, ensure_ascii=True).encode() + b"\n")


def _score(mark: Mark, full: int) -> dict[str, Any]:
    about = {"userId": mark.student.id, "timestamp": _changed(mark), "comment": _comment(mark)}
    if mark.state == "missing" and not mark.overrides:
        return about | {"activityProgress": "Initialized", "gradingProgress": "NotReady"}
    if not full:
        return about | {"activityProgress": "Completed", "gradingProgress": "Failed"}
    return about | {
        "scoreGiven": max(0.0, float(mark.points)),
        "scoreMaximum": full,
        "activityProgress": "Completed",
        "gradingProgress": "PendingManual" if mark.unknown or not mark.exercises else "FullyGraded",
    }


def _changed(mark: Mark) -> str:
    """When the score was last changed, a person's word included: a platform drops a score that is not newer."""
    times = [time for text in (mark.when, *(one.when for one in mark.overrides)) if (time := _time(text))]
    return max(times, default=datetime.now(UTC)).isoformat(timespec="milliseconds")


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _comment(mark: Mark) -> str:
    """For the student, in plain text."""
    earned = f"{points(mark.points)} of {mark.of} points for {mark.chapter}." if mark.exercises else ""
    last = {one.exercise: one for one in mark.overrides}
    said = [f"{one.exercise}: {points(one.points)} points, decided by a person: {one.reason}" for one in last.values()]
    pending = "A check could not be told; a person will look at it." if mark.unknown else ""
    return legible("\n".join(filter(None, (STATES[mark.state], earned, late(mark), *said, pending))))
