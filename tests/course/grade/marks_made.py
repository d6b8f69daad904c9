"""Marks as a grading leaves them, of a class in which everything that can be odd is odd."""

from dataclasses import replace

from minigram.course.grade.marks import Mark, Override, Student
from minigram.course.judge.checks import Seen
from minigram.course.judge.evidence import Evidence
from minigram.course.judge.judging import Judged

SEED = 918273645
SECRET = "report([[0, 7, 4242]], [999])"
"""What a hidden check was measured on."""
QUOTED = "ValueError: the student's own message quotes 4242"

DUE = "2026-11-02T12:00:00+00:00"
WHEN = "2026-11-03T09:30:00.250000+00:00"

PASSED = Seen("counts", "A wait begins when the request was due.", "pass", 3, 3, "0 wrong", "= 0", "8 requests")
FAILED = Seen(
    "fills_in", "What a closed loop left out is filled in.", "fail", 0, 2, "1 wrong", "= 0", "up to 6 durations",
    example='corrected([10], 3)\n    expected [4, 7, 10]\n    found    "<b>&</b>"', hint=3,
)  # fmt: skip
CRASHED = Seen("keeps", "A like is kept.", "fail", 0, 2, why='your code raised an error: "<script>alert(2)</script>"')
UNKNOWN = Seen("scales", "Twice the rows cost the same.", "unknown", 0, 4, why="the machine could not tell: busy")
HIDDEN = Seen(
    "ties", "Equal waits are one wait.", "fail", 0, 1, "4,242 wrong", "= 0", f"as in {SECRET}", QUOTED, SECRET, 2, True
)  # fmt: skip

HOSTILE = [
    Student("=cmd|' /C calc'!A0", '=HYPERLINK("http://x")', "+1", "@SUM(A1)"),
    Student("bob", 'O\'Brien, "Bob"\nSecond line', "Bob\r\nB.", "bob@example.org"),
    Student("Bob", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a&b@example.org"),
    Student("../../etc", "../../etc/passwd", "-rf", "-1+1@example.org"),
    Student("..", "\N{PARTY POPPER}\N{FAMILY}", "Zoë ‮evil", ""),
    Student("nul\0\x1b[31m\x9bK\ud800", "[bold red]N\0\x07\x08[/] \x1b]0;x\x07", "\t=1\ufffe", "\r=1"),
    Student("anonymous", "", "", ""),
    Student("é" * 80, "{{ 7 * 7 }}", "%s {0} :smile:", "é@example.org"),
]


def judged(exercise: str, *seen: Seen, trouble: str = "") -> Judged:
    servers = {"database": "postgres 15.9"} if exercise == "ch01.3" else {}
    evidence = Evidence("ab" * 32, "0123456789abcdef", SEED, "bubblewrap", servers=servers, seconds=1.5)
    return Judged(exercise, list(seen), evidence, trouble)


def mark(student: Student) -> Mark:
    """3 of 6 points for ch01.1, 0 of 6 for ch01.3 with one check unknown; handed in late."""
    return Mark(
        student, "ch01", "marked", [f"late by 2:05, as {student.last_name}.zip"],
        submitted="2026-11-02T14:05:00+00:00", submission="cd" * 32, late=7500.0, when=WHEN,
        exercises=[judged("ch01.1", PASSED, FAILED, HIDDEN), judged("ch01.3", CRASHED, UNKNOWN)],
        about={"commit": "fe" * 20, "lock": "12" * 32, "seed": SEED, "versions": {"python": "3.11.2", "seeds": SEED}},
    )  # fmt: skip


def a_class() -> list[Mark]:
    """Every hostile name, every state, and points that are halves."""
    half = Override("ch01.3", 4.5, 'right, but "<u>slow</u>"', "=teacher", "2026-11-05T10:00:00+01:00")
    earlier = Override("ch01.3", 1, "a first look", "=teacher", "2026-11-04T10:00:00+01:00")
    nothing = "nothing was handed in for this exercise"
    absent = replace(CRASHED, why=nothing)
    marks = [mark(student) for student in HOSTILE]
    marks[1].overrides = [earlier, half]
    marks += [
        Mark(Student("gone", "Gone", "Away"), "ch01", "missing", when=WHEN),
        Mark(
            Student("hollow", "Hollow", "Ann"), "ch01", "empty", submitted=DUE, when=WHEN,
            exercises=[judged("ch01.1", absent, trouble=nothing)],
        ),
        Mark(Student("twice", "Twice", "Tom"), "ch01", "duplicate", ["twice.zip and twice"], DUE, when=WHEN),
        Mark(Student("broken", "Broken", "Bea"), "ch01", "broken", ["it cannot be read: \x1b[2J"], DUE, when=WHEN),
        Mark(Student("bbo.zip"), "ch01", "wrongly named", ["bbo.zip: nobody has this id; is it bob?"], when=WHEN),
    ]  # fmt: skip
    return marks


def rostered() -> list[Mark]:
    """Those of the class who are in the roster."""
    return [one for one in a_class() if one.state != "wrongly named"]
