"""Who is in the class, and whose each submission is. Every student and every entry of the folder is accounted for."""

import csv
import difflib
from dataclasses import dataclass, field
from pathlib import Path

from minigram.course.grade.marks import Student
from minigram.lab import LabError

COLUMNS = ("student_id", "last_name", "first_name", "email")
IGNORED = {".DS_Store", "Thumbs.db", "__MACOSX", ".git", ".gitkeep"}


@dataclass
class Row:
    """A student with what was found under that name; or an entry of the folder that is nobody's (`known` is false)."""

    student: Student
    entries: list[Path] = field(default_factory=list)
    known: bool = True
    note: str = ""


def read_roster(path: Path) -> list[Student]:
    """The students of a CSV file with the column student_id, and last_name, first_name and email where they are there.

    Raises LabError, with the line, where it is none, or where a student is in it twice.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if "student_id" not in (reader.fieldnames or ()):
                raise LabError(f"{path} has no column student_id. Its first line has to be {','.join(COLUMNS)}.")
            found = [
                (reader.line_num, Student(*((row.get(column) or "").strip() for column in COLUMNS))) for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabError(f"The roster {path} cannot be read: {error}.") from error
    seen: dict[str, int] = {}
    for line, student in found:
        if not student.id:
            raise LabError(f"{path}, line {line}: there is no student_id.")
        if student.id in seen:
            raise LabError(f"{path}, line {line}: {student.id!r} is in line {seen[student.id]} already.")
        seen[student.id] = line
    return [student for _, student in found]


def match(folder: Path, roster: list[Student] | None) -> list[Row]:
    """A row for each student, in the roster's order, and after them one for each entry that is nobody's.

    An entry is a student's when its name is the id, or the id with `.zip`. Nothing is guessed: a name that is only
    similar is told of, and not marked. Without a roster every entry is a student.
    """
    if not folder.is_dir():
        raise LabError(f"There is no folder {folder} with submissions: one folder or zip for each student.")
    entries = [path for path in sorted(folder.iterdir()) if path.name not in IGNORED]
    if roster is None:
        roster = [Student(name) for name in sorted({_id(path) for path in entries if _holds(path)})]
    rows = {student.id: Row(student) for student in roster}
    strangers = []
    for path in entries:
        row = rows.get(_id(path))
        if row is not None and _holds(path):
            row.entries.append(path)
            continue
        near = difflib.get_close_matches(_id(path).lower(), [id.lower() for id in rows], 1, 0.7)
        likely = next((id for id in rows if near and id.lower() == near[0]), "")
        why = "nobody in the roster has this id" if _holds(path) else "it is neither a folder nor a zip"
        note = f"{path.name}: {why}" + (f"; is it {likely}?" if likely else "")
        strangers.append(Row(Student(path.name), [path], known=False, note=note))
    return [*rows.values(), *strangers]


def _id(path: Path) -> str:
    return path.name.removesuffix(".zip") if not path.is_dir() else path.name


def _holds(path: Path) -> bool:
    """Whether it is a submission at all; a link is none, since it would lead to something else."""
    return not path.is_symlink() and (path.is_dir() or (path.suffix == ".zip" and path.is_file()))
