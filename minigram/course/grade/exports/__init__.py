"""Everything that `minigram grade` writes for a class, made from its marks alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from minigram.course.grade.exports.feedback import write_feedback
from minigram.course.grade.exports.gradescope import write_results
from minigram.course.grade.exports.junit import write_junit
from minigram.course.grade.exports.lti import write_lti
from minigram.course.grade.exports.naming import safe_name
from minigram.course.grade.exports.nbgrader import write_csv
from minigram.course.grade.exports.table import summary, table
from minigram.course.grade.marks import Mark

__all__ = ["safe_name", "summary", "table", "write"]


def write(marks: Sequence[Mark], folder: Path, due: str, hints: Mapping[str, int]) -> None:
    """Write the marks of one chapter into a folder, each file in one step.

    `grades.csv`, `lti.json` and `junit.xml` are for the class; `students/<safe_name(id)>/results.json` and
    `feedback.html` for each student of the roster. What bears nobody's name is in `junit.xml` alone. `due` is a time
    in ISO 8601 or empty; `hints` says how many hints the statement of each exercise has.
    """
    write_csv(marks, due, folder / "grades.csv")
    write_lti(marks, folder / "lti.json")
    write_junit(marks, folder / "junit.xml")
    for mark in marks:
        if mark.state != "wrongly named":
            own = folder / "students" / safe_name(mark.student.id)
            write_results(mark, own / "results.json")
            write_feedback(mark, hints, own / "feedback.html")
