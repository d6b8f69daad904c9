"""A student's mark, and everything it rests on, as one JSON file per student. All exports are written from these."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from minigram.course.judge.checks import Seen
from minigram.course.judge.evidence import Evidence
from minigram.course.judge.judging import Judged
from minigram.course.whole import write_whole

State = Literal["marked", "missing", "empty", "duplicate", "broken", "wrongly named"]


@dataclass(frozen=True)
class Student:
    """A row of the roster."""

    id: str
    last_name: str = ""
    first_name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Override:
    """A person's word against the judge's, for one exercise."""

    exercise: str
    points: float
    reason: str
    by: str
    when: str


@dataclass
class Mark:
    """What a student gets for a chapter, and why.

    `notes` are for the instructor: late, and by how much; what the submission was called. `about` names what the mark
    rests on and is the same for the whole class: the course's commit, the hash of its lock, the way of shutting in.
    """

    student: Student
    chapter: str
    state: State
    notes: list[str] = field(default_factory=list)
    submitted: str = ""
    """When, in ISO 8601 with a time zone; empty where nothing was."""
    submission: str = ""
    """The hash of what was submitted."""
    late: float = 0.0
    """Seconds after the time that it was due."""
    exercises: list[Judged] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    when: str = ""

    def points_for(self, exercise: str) -> float:
        """What counts for one exercise: a person's word where there is one."""
        said = self.decision(exercise)
        return said.points if said else sum(one.points for one in self.exercises if one.exercise == exercise)

    def decision(self, exercise: str) -> Override | None:
        """A person's last word on an exercise."""
        said = [one for one in self.overrides if one.exercise == exercise]
        return said[-1] if said else None

    @property
    def checks(self) -> dict[str, str]:
        """The fingerprint of the checks that each exercise was judged by."""
        return {one.exercise: one.evidence.checks for one in self.exercises}

    @property
    def points(self) -> float:
        return sum(self.points_for(one.exercise) for one in self.exercises)

    @property
    def of(self) -> int:
        return sum(one.of for one in self.exercises)

    @property
    def unknown(self) -> bool:
        """Whether a person has to look: something could not be told, and nobody has decided it yet."""
        return any(one.verdict == "unknown" and not self.decision(one.exercise) for one in self.exercises)

    def save(self, path: Path) -> None:
        """As JSON, in one step."""
        write_whole(path, json.dumps(asdict(self), indent=1, ensure_ascii=True).encode() + b"\n")

    @classmethod
    def load(cls, path: Path) -> "Mark":
        """Raises ValueError, KeyError or TypeError where it is none."""
        said: dict[str, Any] = json.loads(path.read_text())
        said["student"] = Student(**said["student"])
        said["exercises"] = judged_from(said["exercises"])
        said["overrides"] = [Override(**one) for one in said["overrides"]]
        return cls(**said)


def judged_from(rows: Iterable[dict[str, Any]]) -> list[Judged]:
    """From JSON."""
    return [
        Judged(row["exercise"], [Seen(**one) for one in row["seen"]], Evidence(**row["evidence"]), row["trouble"])
        for row in rows
    ]


def in_order(marks: Sequence[Mark]) -> list[Mark]:
    """As a roster has them: by last name, first name, id."""
    return sorted(marks, key=lambda mark: (mark.student.last_name, mark.student.first_name, mark.student.id))
