"""The folder of a class's marks: what it is about, and one folder for each student.

    GRADES/class.json                   chapter, secret seed, due date; readable by the instructor alone
    GRADES/students/<name>/mark.json    the mark, with its evidence
    GRADES/students/<name>/submitted/   the files that were marked
"""

import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from minigram.course.grade.exports import safe_name
from minigram.course.grade.marks import Mark
from minigram.course.grade.submissions import Seams
from minigram.course.judge.exercises import exercises
from minigram.lab import LabError


@dataclass(frozen=True)
class Class:
    """What is the same for everybody. `due` is ISO 8601 with a time zone, or empty."""

    chapter: str
    seed: int
    due: str = ""


class Gradebook:
    """Marks, kept on disk one by one as they are given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def about(self) -> Class:
        """Raises LabError where the folder is not one of marks."""
        try:
            return Class(**json.loads((self.folder / "class.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise LabError(f"{self.folder} holds no marks of a class: `minigram grade … --out` makes it.") from error

    def open(self, chapter: str, due: str) -> Class:
        """Begin a class, with a fresh secret seed, or go on with one. Raises LabError for another chapter's."""
        file = self.folder / "class.json"
        if file.exists():
            about = self.about
            if about.chapter != chapter:
                raise LabError(f"{self.folder} holds marks for {about.chapter}: give another folder with --out.")
            about = Class(chapter, about.seed, due or about.due)
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            about = Class(chapter, secrets.randbelow(2**31), due)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            json.dump(asdict(about), opened, indent=1)
        return about

    def place(self, student: str) -> Path:
        """The folder of a student, whatever the id is made of."""
        return self.folder / "students" / safe_name(student)

    def mark(self, student: str) -> Mark | None:
        """The mark that was kept, or None where there is none that can be read."""
        try:
            return Mark.load(self.place(student) / "mark.json")
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def marks(self) -> list[Mark]:
        """All marks."""
        places = sorted((self.folder / "students").glob("*/mark.json"))
        return [Mark.load(place) for place in places]

    def keep(self, mark: Mark, seams: Seams | None = None) -> None:
        """Write a mark down, and what was marked, if it is given, before it."""
        place = self.place(mark.student.id)
        if seams is not None:
            shutil.rmtree(place / "submitted", ignore_errors=True)
            for exercise in exercises(mark.chapter):
                if exercise.id in seams:
                    file = place / "submitted" / exercise.name / exercise.seam
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(seams[exercise.id])
        mark.save(place / "mark.json")

    def submitted(self, mark: Mark) -> Seams:
        """What was marked."""
        found = {}
        for exercise in exercises(mark.chapter):
            file = self.place(mark.student.id) / "submitted" / exercise.name / exercise.seam
            if file.exists():
                found[exercise.id] = file.read_bytes()
        return found
