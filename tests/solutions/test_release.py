"""The student edition: everything but what is the instructor's, with tags that verify, and nothing of the rest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from minigram.course import tags
from minigram.course.release import release
from minigram.course.tags import Repository, TagError
from minigram.lab.machine import ROOT


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is committed here, in a clone of its own."""
    folder = tmp_path_factory.mktemp("instructor") / "clone"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def edition(clone: Path) -> Path:
    folder = clone.with_name("edition")
    release(clone, folder)
    return folder


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def test_nothing_of_the_instructors_is_in_it(clone: Path, edition: Path) -> None:
    """No solution, no hidden check, no mutant: not in the folder, not in any commit, not as a loose object."""
    given = set(git(edition, "ls-files").split("\n"))
    kept = set(git(clone, "ls-files", "solutions", "tests/solutions", "chapters/instructor.toml").split("\n")) - {""}
    assert len(kept) > 10 and not given & kept and not (edition / "solutions").exists()
    assert set(git(clone, "ls-files").split("\n")) == given | kept
    objects = git(edition, "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)").split("\n")
    blobs = {line.split()[0] for line in objects if line.endswith("blob")}
    secret = {git(clone, "rev-parse", f"HEAD:{path}").strip() for path in kept if (clone / path).stat().st_size}
    assert blobs and not blobs & secret
    assert git(edition, "rev-list", "--count", "HEAD").strip() == "1"


def test_its_tags_verify(clone: Path, edition: Path) -> None:
    """The tags are there, have the ids that the instructor's clone gives them, and `minigram tags --check` agrees."""
    built = {tag.name: tag.commit for tag in tags.build(Repository(clone))}
    assert {tag.name: tag.found for tag in tags.check(Repository(edition))} == built
    environment = {**os.environ, "PYTHONPATH": str(edition)}
    command = [sys.executable, "-m", "minigram", "tags", "--check"]
    assert subprocess.run(command, cwd=edition, env=environment, check=False).returncode == 0
    assert git(edition, "status", "--porcelain") == ""


def test_every_file_is_accounted_for(edition: Path) -> None:
    """Its manifests match its files, so its own tests about them pass."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")} | {"PYTHONPATH": str(edition)}
    command = [sys.executable, "-m", "pytest", "-q", "tests/course/test_manifests.py", "tests/course/test_imports.py"]
    done = subprocess.run(command, cwd=edition, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_student_checks_there_and_nobody_grades(edition: Path) -> None:
    """`minigram check` works in it; `minigram grade` says that this is a student edition."""
    environment = {**os.environ, "PYTHONPATH": str(edition)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "minigram", *words]
        return subprocess.run(command, cwd=edition, env=environment, capture_output=True, text=True, check=False)

    checked = run("check", "ch01.1")
    assert checked.returncode == 1 and "This is the stub" in checked.stdout
    (edition / "handed_in" / "ada").mkdir(parents=True)
    graded = run("grade", "handed_in", "--out", "grades")
    assert graded.returncode == 3 and "student edition" in graded.stderr
    released = run("release", "again")
    assert released.returncode == 1 and "student edition already" in released.stderr


def test_the_same_edition_everywhere(clone: Path, edition: Path, tmp_path: Path) -> None:
    """Released twice it has the same commit, so that anybody can verify it."""
    release(clone, tmp_path / "again")
    assert git(tmp_path / "again", "rev-parse", "HEAD") == git(edition, "rev-parse", "HEAD")


def test_a_folder_with_something_in_it(clone: Path, tmp_path: Path) -> None:
    """Nothing that is there is touched."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(TagError, match="is not empty"):
        release(clone, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
