"""The lock: plain, whole, and asked for by what is imported."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

CLONE = Path(__file__).resolve().parents[2]
LINES = (CLONE / "requirements.txt").read_text().splitlines()
ASKED = tomllib.loads((CLONE / "pyproject.toml").read_text())["project"]["dependencies"]
LOCKED = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in LINES}


def test_the_lock_is_plain_lines_of_name_and_version() -> None:
    """No address, no option, no range, no marker: any machine's pip can take it from any registry."""
    assert [line for line in LINES if not re.fullmatch(r"[A-Za-z0-9][\w.-]*==\d[\w.]*", line)] == []
    assert sorted(LINES, key=str.lower) == LINES, "`make lock` writes them sorted"
    assert len(LOCKED) == len(LINES), "a name is there once"


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_asked_for_is_locked(asked: str) -> None:
    """Each dependency of pyproject.toml has one version in the lock, and one that it allows."""
    requirement = Requirement(asked)
    assert requirement.specifier.contains(LOCKED[canonicalize_name(requirement.name)])


SYSTEMS = [
    {"sys_platform": platform, "platform_system": system, "python_full_version": version, "python_version": version[:4]}
    for platform, system in (("linux", "Linux"), ("darwin", "Darwin"))
    for version in ("3.11.2", "3.13.0", "3.14.0")
]


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: f"{s['platform_system']} {s['python_full_version']}")
def test_the_lock_is_whole_wherever_it_is_installed(system: dict[str, str]) -> None:
    """Packages are installed without resolving: nothing is left out, and every Python is served that we promise."""
    problems = []
    for name in LOCKED:
        about = metadata.metadata(name)
        serves = SpecifierSet(",".join(about.get_all("Requires-Python") or []))
        if system["python_full_version"] not in serves:
            problems.append(f"{name} does not serve it")
        for text in about.get_all("Requires-Dist") or []:
            needs = Requirement(text)
            if needs.marker and not needs.marker.evaluate({**system, "extra": ""}):
                continue
            locked = LOCKED.get(canonicalize_name(needs.name))
            if locked is None or not needs.specifier.contains(locked, prereleases=True):
                problems.append(f"{name} needs {text}, and the lock has {locked}")
    assert problems == []


def test_every_import_is_asked_for() -> None:
    """What minigram and its tests import is in pyproject.toml by name, not there by luck."""
    asked = {canonicalize_name(Requirement(line).name) for line in ASKED}
    offered = metadata.packages_distributions()
    stray = {}
    for path in [*CLONE.glob("minigram/**/*.py"), *CLONE.glob("tests/**/*.py")]:
        for module in _imported(path) - set(sys.stdlib_module_names) - {"minigram", "tests"}:
            if not {canonicalize_name(name) for name in offered.get(module, [])} & (asked | LENT):
                stray[str(path.relative_to(CLONE))] = module
    assert stray == {}


LENT = {"cycler", "jinja2", "markupsafe", "packaging", "requests", "traitlets", "urllib3", "werkzeug", "wtforms"}
"""Parts of what is asked for by name: of matplotlib, flask, pytest, docker, ipython and flask-wtf."""


def _imported(path: Path) -> set[str]:
    """The top-level names of the modules that a file imports from outside its package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).split(".")[0])
    return found
