"""The Makefile: what somebody sees who types it first."""

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]
NEEDED = (
    "Makefile",
    "pyproject.toml",
    "requirements.txt",
    "minigram/course/set_up.py",
    "minigram/lab/__init__.py",
    "minigram/lab/servers/cache.py",
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the set-up reads, in a folder whose name has spaces, and nothing set up."""
    folder = tmp_path / "a clone of minigram"
    for name in NEEDED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CLONE / name, folder / name)
    return folder


def python(folder: Path, script: str) -> Path:
    """A Python of our own making: `script` in place of a real one, which it may call as $REAL."""
    path = folder / "python of ours"
    path.write_text(f"#!/bin/sh\nREAL='{sys.executable}'\n{script}\n")
    path.chmod(0o755)
    return path


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-C", str(folder), *words], capture_output=True, text=True, timeout=60)


def test_where_python_has_no_venv_the_first_line_names_the_package(clone: Path, tmp_path: Path) -> None:
    """Debian leaves venv out of python3: whoever has not installed it reads at once what brings it."""
    hide = "import sys, runpy; sys.modules['ensurepip'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    bare = python(tmp_path, f'[ "$1" = -I ] && exec "$REAL" -c "{hide}" "$2"\nexec "$REAL" "$@"')
    for target in ("setup", "tour", "test"):
        tried = make(clone, target, f"PYTHON={bare}")
        assert tried.returncode
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        assert package in tried.stderr.splitlines()[0]
        assert "Traceback" not in tried.stderr
        assert not (clone / ".venv").exists()


def test_a_python_that_does_not_fit_is_said_in_a_sentence(clone: Path, tmp_path: Path) -> None:
    """A Python that is too old, or none at all, is no traceback."""
    for script in ("exit 1", "echo nonsense >&2; exit 127"):
        tried = make(clone, "tour", f"PYTHON={python(tmp_path, script)}")
        assert tried.returncode
        assert "Python 3.11 to 3.14 is needed" in (tried.stdout + tried.stderr)


def test_every_target_is_listed_by_make_and_told_in_the_readme() -> None:
    """Nobody has to read the Makefile to know what it offers."""
    makefile, readme = (CLONE / "Makefile").read_text(), (CLONE / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    listed = set(re.findall(r"^  make ([a-z-]+)", make(CLONE).stdout, re.MULTILINE))
    assert listed == targets
    assert {target for target in targets - {"help"} if not re.search(rf"make {target}(?![a-z-])", readme)} == set()


def test_what_is_set_up_is_not_set_up_again(clone: Path) -> None:
    """`make setup` finds nothing to do and says nothing, until what was set up is no longer what is asked for."""
    venv.create(clone / ".venv", symlinks=True)
    files = "".join((clone / name).read_text() for name in ("requirements.txt", "pyproject.toml"))
    ready = clone / ".venv" / "ready"
    ready.write_text("\n".join([str(clone.resolve()), "{}.{}".format(*sys.version_info[:2]), files]))
    tried = make(clone, "--no-print-directory", "setup", f"PYTHON={sys.executable}")
    assert (tried.returncode, tried.stdout, tried.stderr) == (0, "", "")

    (clone / "requirements.txt").write_text("nothing-that-exists==1\n")
    tried = make(clone, "--no-print-directory", "setup", f"PYTHON={sys.executable}")
    assert tried.returncode
    assert "The set-up has changed" in tried.stdout
    assert not ready.exists(), "a set-up that stopped half-way counts as none"
