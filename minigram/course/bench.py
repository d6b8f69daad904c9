"""What marking costs: seconds for a submission, how that grows with the class, and whose seconds they are."""

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from minigram.course.check.checking import SEED
from minigram.course.grade.book import Gradebook
from minigram.course.grade.grading import grade
from minigram.course.grade.marker import Here
from minigram.course.grade.marks import Mark
from minigram.course.grade.roster import match
from minigram.course.judge.exercises import Exercise, exercises
from minigram.course.judge.judging import judge
from minigram.course.judge.proof import solved
from minigram.course.judge.shut.ways import OPEN, offered
from minigram.lab.claims import Claim, Ratios, at_least, at_most, count, ratio
from minigram.lab.experiments import bare
from minigram.lab.servers.provider import VARIABLE as PROVIDER

CLASS = 4
"""Submissions of each chapter that are marked, to see what one costs."""
FEW, MANY = 10, 100
"""The sizes of class that are compared."""


def bench() -> Iterator[Claim]:
    """Marks classes of solutions. In a student edition there is nothing to mark with, and no claim."""
    chapters: dict[str, list[Exercise]] = {}
    for exercise in exercises():
        if (exercise.solutions / "hidden.py").exists():
            chapters.setdefault(exercise.stem, []).append(exercise)
    for stem, own in chapters.items():
        chapter = stem.split("_")[0]
        with bare.variable(PROVIDER, "native"):
            began = time.monotonic()
            for exercise in own:
                judge(exercise, solved(exercise), OPEN, SEED, hidden=False)
            took = time.monotonic() - began
        yield count(f"Seconds of the public checks of {chapter}, natively", took, at_most(15), after=f"{took:.1f} s")
        seconds, marks = mark(chapter, own, CLASS)
        judged = [one.evidence for found in marks for one in found.exercises]
        share = sum(one.theirs for one in judged) / sum(one.seconds for one in judged)
        each = statistics.median(sum(one.evidence.seconds for one in found.exercises) for found in marks)
        says = f"Submissions of {chapter} that are marked in a minute, {len(own)} exercises each (shown)"
        yield count(says, CLASS * 60 / seconds, at_least(0), after=f"{each:.1f} s each, {Here().at_once} at a time")
        yield count(f"Share of it that is waited for the student's side, {chapter} (shown)", share, at_least(0))
    for stem, own in list(chapters.items())[:1]:
        yield growth(stem.split("_")[0], own[0])


def growth(chapter: str, exercise: Exercise) -> Claim:
    """Ten times the submissions take ten times as long: measured with one exercise of each, the quickest."""

    def measure(length: float) -> Ratios:
        few, many = (mark(chapter, [exercise], n)[0] / n for n in (FEW, MANY))
        return Ratios([many / few], (), f"{few:.2f} s each of {FEW}", f"{many:.2f} s each of {MANY}")

    says = f"A submission among {MANY} costs as much as one among {FEW}, {exercise.id} alone"
    return ratio(says, measure, at_most(1.25))


def mark(chapter: str, handed_in: Sequence[Exercise], students: int) -> tuple[float, list[Mark]]:
    """Mark a class in which everybody hands in the solutions of these exercises; the seconds, and the marks."""
    with tempfile.TemporaryDirectory(prefix="minigram-class-") as folder:
        submissions, book = Path(folder, "submissions"), Gradebook(Path(folder, "grades"))
        for number in range(students):
            for exercise in handed_in:
                file = submissions / f"student{number}" / exercise.name / exercise.seam
                file.parent.mkdir(parents=True)
                file.write_bytes(solved(exercise))
        about = book.open(chapter, "")
        began = time.monotonic()
        marks = grade(match(submissions, None), book, about, Here(), offered().name, lambda mark, before: None)
        seconds = time.monotonic() - began
    worth = sum(one.points for exercise in handed_in for one, _ in exercise.checks(hidden=True))
    if wrong := [mark.student.id for mark in marks if mark.points != worth]:
        raise AssertionError(f"the solutions of {', '.join(wrong)} did not get their {worth} points")
    return seconds, marks
