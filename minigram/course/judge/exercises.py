"""The exercises of this tree, as their folders tell them.

`exercises/<stem>/<eN_name>/` holds `statement.md`, `checks.py`, and the stub: the one other Python file, which the
student completes. With a `stage.py` the exercise is *staged*: the class `Student` in it is the chapter's stage with
the student's module in it. Without one it is *called*. `solutions/<stem>/<eN_name>/`, where it is there, holds the
solution under the stub's name, `hidden.py` with more checks, and `mutants.toml`.
"""

import ast
import hashlib
import importlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from minigram.course.judge.checks import Check, checks_in
from minigram.lab import LabError
from minigram.lab.machine import ROOT

OURS = {"checks.py", "stage.py"}
_NAME = re.compile(r"e(\d+)_\w+")
_HINT = re.compile(r"^### Hint (\d+)\s*$", re.MULTILINE)


class NoSuchExercise(LabError):
    """There is no exercise of that name here."""


@dataclass(frozen=True)
class Exercise:
    """One exercise. `id` is how people call it: "ch01.2"."""

    stem: str
    name: str
    root: Path = ROOT

    @property
    def id(self) -> str:
        return f"{self.stem.split('_')[0]}.{self.name.split('_')[0].removeprefix('e')}"

    @property
    def folder(self) -> Path:
        return self.root / "exercises" / self.stem / self.name

    @property
    def solutions(self) -> Path:
        return self.root / "solutions" / self.stem / self.name

    @property
    def seam(self) -> str:
        """The name of the file that the student writes."""
        found = [path.name for path in sorted(self.folder.glob("*.py")) if path.name not in OURS]
        if len(found) != 1:
            raise LabError(f"{self.folder} must hold one stub beside {', '.join(sorted(OURS))}, and holds {found}.")
        return found[0]

    @property
    def staged(self) -> bool:
        return (self.folder / "stage.py").exists()

    @property
    def module(self) -> str:
        """What the student's file is called when it is imported."""
        return f"exercises.{self.stem}.{self.name}.{Path(self.seam).stem}"

    @property
    def title(self) -> str:
        return self._statement().splitlines()[0].lstrip("# ").strip()

    @property
    def hints(self) -> list[str]:
        """The text of Hint 1, 2, … of the statement."""
        parts = _HINT.split(self._statement())
        return [re.split(r"^#{1,3} ", text, maxsplit=1, flags=re.MULTILINE)[0].strip() for text in parts[2::2]]

    @property
    def stub(self) -> str:
        return (self.folder / self.seam).read_text()

    def offers(self) -> dict[str, list[str]]:
        """What the stub promises: the name of each public function or method, and of what it takes."""
        found = {}
        for node in ast.parse(self.stub).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = [argument.arg for argument in node.args.args]
            elif isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef):
                        found[f"{node.name}.{inner.name}"] = [argument.arg for argument in inner.args.args[1:]]
        return {name: takes for name, takes in found.items() if not re.search(r"(^|\.)_(?!_)", name)}

    def checks(self, hidden: bool) -> list[tuple[Check, bool]]:
        """The checks, each with whether it is a hidden one. `hidden` asks for those too, where they are here."""
        found = [(one, False) for one in checks_in(self._module("exercises", "checks"))]
        if hidden:
            if not (self.solutions / "hidden.py").exists():
                raise LabError(f"The hidden checks of {self.id} are not here: this is a student edition.")
            found += [(one, True) for one in checks_in(self._module("solutions", "hidden"))]
        return found

    def fingerprint(self) -> str:
        """A hash of all that decides what a check says: when it changes, marks have to be given anew."""
        folders = [self.folder, self.solutions, self.root / "minigram" / "course" / "judge"]
        files = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
        return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]

    def _statement(self) -> str:
        return (self.folder / "statement.md").read_text()

    def _module(self, room: str, name: str) -> ModuleType:
        return importlib.import_module(f"{package(self.root, room)}.{self.stem}.{self.name}.{name}")


def fingerprints(chapter: str) -> dict[str, str]:
    """Of each exercise of a chapter."""
    return {one.id: one.fingerprint() for one in exercises(chapter)}


def package(root: Path, room: str) -> str:
    """Have Python find `exercises` or `solutions` in this tree, and in no other folder of that name that may be on its
    path, as a student's work/ has one; the room's name."""
    found = sys.modules.get(room)
    if found is None or not getattr(found, "ours", False):
        found = sys.modules[room] = ModuleType(room)
        found.__dict__.update(ours=True, __path__=[])
    folder = str(root / room)
    if folder not in found.__path__:
        found.__path__ = [*found.__path__, folder]
    return room


def exercises(which: str = "", root: Path = ROOT) -> list[Exercise]:
    """The exercises of a chapter ("ch01"), one of them ("ch01.2"), or all (""). Raises NoSuchExercise."""
    found = [
        Exercise(folder.parent.name, folder.name, root)
        for folder in sorted((root / "exercises").glob("ch[0-9][0-9]_*/*"))
        if _NAME.fullmatch(folder.name) and (folder / "checks.py").exists()
    ]
    wanted = which.strip().lower().replace("-", "_")
    chosen = [one for one in found if wanted in {"", one.id, one.stem, one.stem.split("_")[0]}]
    if not chosen:
        known = ", ".join(one.id for one in found) or "none"
        raise NoSuchExercise(f"There is no exercise {which!r} here. There are: {known}. A chapter is written as ch01.")
    return chosen
