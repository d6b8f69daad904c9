"""The grades as the CSV file that nbgrader exports, for everything that reads that."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from minigram.course.grade.exports.fit import legible
from minigram.course.grade.marks import Mark, in_order
from minigram.course.whole import write_whole

COLUMNS = (
    "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
    "raw_score,late_submission_penalty,score,max_score"
)  # fmt: skip

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula; the wide forms too."""


def write_csv(marks: Sequence[Mark], due: str, path: Path) -> None:
    """One row for each student of the roster; who has handed in nothing has score 0 and no timestamp.

    A cell with text that begins like a formula gets an apostrophe before it, so that a spreadsheet shows it and does
    not compute it. That holds for a student_id too: whoever reads the file by program takes the apostrophe off again.
    Numbers are not touched. Text is always in quotes, so a name may hold commas, quotes and line ends.

    No penalty is taken off for being late: by how much somebody was late is in the mark, for a person to decide on.
    `max_score` is that of the class, also for those who have no exercise that could be judged. What bears nobody's
    name is no row.
    """
    text = io.StringIO()
    text.write(f"{COLUMNS}\n")
    rows = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    full = float(max((mark.of for mark in marks), default=0))
    for mark in in_order([mark for mark in marks if mark.state != "wrongly named"]):
        student = mark.student
        texts = (mark.chapter, due, mark.submitted, student.id, student.last_name, student.first_name, student.email)
        score = float(mark.points)
        rows.writerow([*map(_defused, texts), score, 0.0, score, full])
    write_whole(path, text.getvalue().encode())


def _defused(text: str) -> str:
    text = legible(text)
    return f"'{text}" if text.startswith(FORMULA) else text
