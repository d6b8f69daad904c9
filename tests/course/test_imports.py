"""Imports run backward: no file knows of a later chapter, and the rooms of the app keep their doors."""

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from minigram.course.manifests import Manifests, is_manifest, parse, read

from .imports import Import, imports, inside, module_of
from .trees import COMMON, chapter, manifest, stem

ROOT = Path(__file__).parents[2]

CLASSROOM = ("minigram.lab", "minigram.course", "minigram.cli", "minigram.__main__")
"""What does not run when the app runs."""

LAST = 1_000

CLOSED: dict[tuple[str, ...], tuple[str, ...]] = {
    ("minigram",): (*CLASSROOM, "tests", "exercises", "solutions"),
    ("minigram.social",): ("flask", "werkzeug", "jinja2", "wtforms", "minigram.web", "minigram.stages"),
    ("minigram.web",): ("sqlalchemy", "psycopg"),
}
"""rooms → what they never import. The classroom is not one of the rooms of the app."""


@cache
def tree() -> list[Import]:
    """The imports of this tree's tracked files, save the fixture's: those are read where they are laid down."""
    listed = subprocess.run(["git", "ls-files", "-z", "*.py"], cwd=ROOT, capture_output=True, check=True, text=True)
    paths = [path for path in listed.stdout.split("\0") if path and "/tree/" not in path]
    return imports({path: (ROOT / path).read_text("utf-8") for path in paths if (ROOT / path).is_file()})


def forward(found: Iterable[Import], manifests: Manifests) -> list[str]:
    """The imports of a later chapter's file. A common file counts as chapter 1's: that is at every tag.

    What is the instructor's is later than every chapter: it may import all of them, and none of them may import it.
    """

    def number(path: str) -> int:
        owners = manifests.owners(path)
        return LAST if manifests.instructor in owners else max([1, *(one.number for one in owners)])

    return [str(one) for one in found if one.target and number(one.target) > number(one.path)]


def through_closed_doors(found: Iterable[Import], closed: Mapping[tuple[str, ...], tuple[str, ...]]) -> list[str]:
    """The imports that leave a room by a door that is closed to it."""
    return [
        str(one)
        for one in found
        if not inside(module_of(one.path), CLASSROOM)
        for rooms, never in closed.items()
        if inside(module_of(one.path), rooms) and inside(one.name, never)
    ]


def test_imports_run_backward() -> None:
    """No file imports one that its chapter's tag does not hold."""
    assert sum(one.target is not None for one in tree()) > 50, "the imports of this tree were not read"
    assert not forward(tree(), read(ROOT))


def test_the_rooms_keep_their_doors() -> None:
    """The app knows no lab and no course, social/ no Flask, web/ no SQLAlchemy."""
    assert not through_closed_doors(tree(), CLOSED)


def test_what_is_imported_is_installed() -> None:
    """Every library that this tree imports, at whatever place, is in the lock, so that a fresh set-up has it."""
    locked = {normal(line.split("==")[0]) for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()}
    ours = {path.name.removesuffix(".py") for path in ROOT.iterdir()} | {path.name for path in ROOT.glob("tests/*")}
    brings = packages_distributions()
    missing = [
        str(one)
        for one in tree()
        if (top := one.name.split(".")[0]) and top not in ours | sys.stdlib_module_names
        if not locked & {normal(name) for name in brings.get(top, [])}
    ]
    assert not missing, "add what brings these to pyproject.toml, and `make lock`:\n" + "\n".join(missing)


def normal(distribution: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", distribution).strip().lower()


def test_a_light_command() -> None:
    """Naming the commands loads neither a web framework nor a database library."""
    heavy = ["flask", "sqlalchemy", "psycopg", "matplotlib", "rich"]
    script = f"import sys, minigram.course.commands; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


LATER = f"minigram.stages.{stem(2, 'later')}"
PLANTS = [
    f"import {LATER}",
    f"import {LATER} as shorter",
    f"from {LATER} import NUMBER",
    f"from minigram.stages import os, {stem(2, 'later')}",
    f"from ..stages import {stem(2, 'later')}",
    f"def late():\n    from {LATER} import NUMBER",
    f"class A:\n    def late(self):\n        if self:\n            import {LATER}",
    f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from {LATER} import NUMBER",
    f"import importlib\nimportlib.import_module('{LATER}')",
]


RELATIVE = [f"from . import {stem(2, 'later')}", f"from .{stem(2, 'later')} import NUMBER"]

EARLY = f"minigram/stages/{stem(1, 'early')}.py"
CASES = [(EARLY, plant) for plant in PLANTS + RELATIVE] + [("minigram/course/tags.py", plant) for plant in PLANTS]


@pytest.mark.parametrize(("host", "plant"), CASES)
def test_a_planted_import_is_found(host: str, plant: str) -> None:
    """However it is written, an import of a later chapter is found, in a chapter and in a common file."""
    small = COMMON | chapter(1, "early") | chapter(2, "later")
    manifests = parse({path: text for path, text in small.items() if is_manifest(path)})
    files = {path: text for path, text in small.items() if path.endswith(".py")} | {host: plant}
    line = plant.count("\n") + 1
    assert forward(imports(files), manifests) == [f"{host}:{line} imports {LATER}"]


def test_a_package_of_a_later_chapter_is_found() -> None:
    """Importing a module runs its package first, so the package counts."""
    two = stem(2, "later")
    manifests = parse(
        {
            "chapters/common.toml": 'files = ["x"]',
            f"chapters/{two}.toml": manifest("T", "minigram/new/__init__.py"),
        }
    )
    files = {
        "minigram/new/__init__.py": "",
        "minigram/new/old.py": "",
        "minigram/a.py": "import minigram.new.old",
    }
    assert forward(imports(files), manifests) == ["minigram/a.py:1 imports minigram.new"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("minigram/social/feed.py", "from flask import g"),
        ("minigram/social/feed.py", "def f():\n    import werkzeug.security"),
        ("minigram/social/__init__.py", "from minigram import web"),
        ("minigram/web/pages.py", "import sqlalchemy.orm as orm"),
        ("minigram/web/pages.py", "from ..lab import load"),
        ("minigram/events.py", "from minigram.course import tags"),
        ("minigram/newroom/jobs.py", "def f():\n    from minigram.lab import load"),
    ],
)
def test_a_planted_door_is_found(path: str, line: str) -> None:
    """An import that leaves its room by a closed door is found, wherever it stands."""
    files = {
        path: line,
        "minigram/__init__.py": "",
        "minigram/web/__init__.py": "",
        "minigram/lab/__init__.py": "",
    }
    files |= {
        "minigram/course/__init__.py": "",
        "minigram/social/other.py": "import flaskette, minigram.webbing",
    }
    found = through_closed_doors(imports(files | {path: line}), CLOSED)
    assert found and all(one.startswith(f"{path}:") for one in found)
