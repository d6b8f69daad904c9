"""What a stage is made of, read from its source: no server has to run for it."""

import ast
import inspect
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import minigram
from minigram.system import Minigram, part

_ROOT = Path(minigram.__file__).parents[1]


@dataclass(frozen=True)
class Row:
    """A part: the class that is made, the file that holds it, the stages that define it, youngest first."""

    name: str
    made: str
    file: str
    stages: tuple[str, ...]


def parts_of(stage: type[Minigram]) -> list[Row]:
    """The parts of a stage, oldest chapter's first."""
    return [
        Row(
            name,
            *_made(which),
            tuple(c.__name__ for c in stage.__mro__ if isinstance(vars(c).get(name), part)),
        )
        for name, which in stage.parts().items()
    ]


def _made(which: "part[Any]") -> tuple[str, str]:
    """What a part's method returns, and its file: `from a.b import C … return C(…)` gives C and a/b.py.

    A class that is not ours, and a value that is no class's, has the file of the stage.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(which.build)))
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    made = str(which.build.__annotations__.get("return", "")).strip("'\"")
    file = Path(inspect.getsourcefile(which.build) or "")
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
            called = ast.unparse(node.value.func)
            made = called if called.isidentifier() and called[0].isupper() else made
            file = _file_of(imported.get(called.split(".")[0], "")) or file
    return made, file.relative_to(_ROOT).as_posix()


def _file_of(name: str) -> Path | None:
    """The file of ours that a dotted name is, or else is in. Nothing is imported for it."""
    for module in (name, name.rpartition(".")[0]):
        place = _ROOT.joinpath(*module.split("."))
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if module and file.is_file():
                return file
    return None
