"""The class in the terminal: a table with one line for each student, and one line for all of them."""

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from minigram.course.grade.exports.fit import one_line
from minigram.course.grade.exports.words import listed, points
from minigram.course.grade.marks import Mark, State, in_order

COLOURS: dict[State, str] = {"marked": "green", "missing": "yellow"}
"""All other states need a person: red."""


def table(marks: Sequence[Mark]) -> Table:
    """Student · points for each exercise · total · state · notes. What others wrote is shown as it is, never obeyed."""
    exercises = list(dict.fromkeys(one.exercise for mark in marks for one in mark.exercises))
    shown = Table(box=SIMPLE_HEAD, caption=Text("* decided by a person   ? a check could not be told"))
    shown.add_column("student")
    for exercise in exercises:
        shown.add_column(Text(exercise), justify="right", no_wrap=True)
    shown.add_column("total", justify="right", no_wrap=True)
    shown.add_column("state")
    shown.add_column("notes")
    for mark in in_order(marks):
        cells = [Text(_points(mark, exercise)) for exercise in exercises]
        total = Text(f"{points(mark.points)}/{mark.of}" if mark.exercises else points(mark.points))
        state = Text(mark.state, COLOURS.get(mark.state, "red"))
        notes = Text("; ".join(map(one_line, mark.notes)))
        shown.add_row(Text(listed(mark.student)), *cells, total, state, notes)
    return shown


def summary(marks: Sequence[Mark]) -> str:
    """How many there are of each state, and how many were late or have a check that could not be told."""
    states = Counter(mark.state for mark in marks)
    counts = ", ".join(f"{states[state]} {state}" for state in get_args(State))
    late = sum(mark.late > 0 for mark in marks)
    return f"{len(marks)} in all: {counts}; {late} late, {sum(mark.unknown for mark in marks)} unknown"


def _points(mark: Mark, exercise: str) -> str:
    judged = [one for one in mark.exercises if one.exercise == exercise]
    if not judged:
        return "–"
    unknown = any(one.verdict == "unknown" for one in judged)
    sign = "*" if mark.decision(exercise) else "?" if unknown else ""
    return f"{points(mark.points_for(exercise))}/{sum(one.of for one in judged)}{sign}"
