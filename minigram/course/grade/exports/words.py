"""What is said of a mark in more than one of the files."""

from minigram.course.grade.exports.fit import one_line
from minigram.course.grade.marks import Mark, State, Student
from minigram.course.judge.checks import Seen

STATES: dict[State, str] = {
    "marked": "",
    "missing": "Nothing was handed in.",
    "empty": "What was handed in holds none of the files that the exercises ask for.",
    "duplicate": "More than one submission was found under this name. A person decides which one counts.",
    "broken": "What was handed in could not be read.",
    "wrongly named": "What was handed in does not bear the name of a student of this class.",
}

WILL_LOOK = "The machine could not tell whether this holds. It does not count as passed: a person will look at it."
HAS_LOOKED = "The machine could not tell whether this holds. A person has decided on the exercise."


def points(value: float) -> str:
    """7 and 7.5, without zeros at the end."""
    return f"{value:.6g}"


def called(student: Student) -> str:
    """The name as people say it; the id where there is none."""
    return one_line(f"{student.first_name} {student.last_name}") or one_line(student.id)


def listed(student: Student) -> str:
    """As in a list of the class: last name, first name, id."""
    names = ", ".join(filter(None, (one_line(student.last_name), one_line(student.first_name))))
    id = one_line(student.id)
    return f"{names} ({id})" if names else id


def late(mark: Mark) -> str:
    """By how much; nothing where it came in time."""
    if mark.late <= 0:
        return ""
    hours, minutes = divmod(max(1, round(mark.late / 60)), 60)
    days, hours = divmod(hours, 24)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return f"Handed in {' '.join(filter(None, parts))} after it was due."


def unclear(mark: Mark, exercise: str) -> str:
    """What a student reads where the verdict is unknown."""
    return HAS_LOOKED if mark.decision(exercise) else WILL_LOOK


def found(seen: Seen) -> str:
    """What a check has found, in lines: the measured value against its bound, why, and the example."""
    measured = f"Measured {seen.measured}; it has to be {seen.bound}." if seen.measured else ""
    workload = f"On: {seen.workload}" if seen.workload else ""
    return "\n".join(filter(None, (measured, workload, seen.why, seen.example)))
