"""A second chapter fits: the fixture's tree is laid over the first chapter's, and everything still holds.

The first chapter's files alone are its ground, whatever chapters this tree holds by now.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from minigram.course.manifests import read

from .courses import Course
from .trees import Clone

ROOT = Path(__file__).parents[2]
FIXTURE = ROOT / "tests" / "fixture_chapter" / "tree"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The common files and the first chapter's, committed and tagged."""
    made = Course(Clone.new(tmp_path_factory.mktemp("fixture") / "ground").folder)
    manifests = read(ROOT)
    wanted = {manifests.common, manifests.chapters[0]}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for path in listed.stdout.split("\0"):
        if path and wanted & set(manifests.owners(path)) and (ROOT / path).is_file():
            (made.folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, made.folder / path)
    made.commit({})
    done = made.python("-m", "minigram", "tags")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def course(ground: Course) -> Course:
    """The same with the fixture's chapter on top, committed and tagged."""
    made = Course(ground.clone(ground.folder.with_name("course")).folder)
    shutil.copytree(FIXTURE, made.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    made.commit({})
    done = made.python("-m", "minigram", "tags")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def old(course: Course) -> Course:
    """A clone that has checked out the first chapter's tag, and has no tags."""
    made = Course(course.clone(course.folder.with_name("old")).folder)
    made.git("fetch", "-q", "origin", f"refs/tags/{min(course.tags())}")
    made.git("checkout", "-q", "FETCH_HEAD")
    return made


def test_the_first_tag_stays_when_a_chapter_comes(ground: Course, course: Course) -> None:
    """The new chapter has a tag of its own, and the first one has the id that it had."""
    before, after = ground.tags(), course.tags()
    assert len(before) == 1 and len(after) == 2
    assert before.items() < after.items()


def test_the_lesson_is_additions_only(course: Course) -> None:
    """Between the two tags nothing is changed or removed."""
    lines = course.git("diff", "--numstat", *sorted(course.tags())).splitlines()
    assert len(lines) > 10
    assert [line for line in lines if line.split("\t")[1] != "0"] == []
    assert course.git("diff", "--name-only", "--diff-filter=a", *sorted(course.tags())) == ""


def test_the_files_of_both_are_in_order(course: Course) -> None:
    """Manifests, imports, titles, parts and listings hold with two chapters."""
    course.is_in_order()


def test_both_stages_show_their_parts(course: Course) -> None:
    """The chapter's stage shows what it overrides and adds."""
    newest, first = course.python("-m", "minigram", "parts"), course.python("-m", "minigram", "parts", "1")
    assert newest.returncode == first.returncode == 0, newest.stderr + first.stderr
    assert "bookmarks" in newest.stdout and "over" in newest.stdout
    assert "bookmarks" not in first.stdout


def test_the_first_tag_knows_nothing_of_the_chapter(course: Course, old: Course) -> None:
    """At the first tag the tree is in order by itself, and gives the id that it has."""
    old.is_in_order()
    assert old.python("-m", "minigram", "tags").returncode == 0
    assert old.tags().items() < course.tags().items()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_chapter_keeps_every_promise(course: Course) -> None:
    """The app's behaviour, and what the chapter adds, hold with several web processes on real servers."""
    stem = read(course.folder).chapters[-1].stem
    course.pytest("tests/behaviour", f"tests/{stem}", "-k", stem, "-m", "not thorough", within=900)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(3600)
def test_the_first_tag_passes_its_tests(old: Course) -> None:
    """What a reader who checks the first tag out would run."""
    old.pytest("tests", "-m", "not slow", within=3600)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_make_run_works_at_the_first_tag(old: Course) -> None:
    """From nothing but the tag's files `make run` sets up, starts the app, and stops all of it on Ctrl-C."""
    starts_and_stops(old, "make", "run", f"PYTHON={sys.executable}")


@pytest.mark.slow
def test_the_newest_chapter_runs(course: Course) -> None:
    """`minigram run` starts the added chapter with its server and its process, and stops all of it on Ctrl-C."""
    shown = starts_and_stops(course, sys.executable, "-u", "-m", "minigram", "run")
    assert "counter" in shown and "keyvalue" in shown


def starts_and_stops(tree: Course, *argv: str) -> str:
    """Start it as in a terminal, look at a page, press Ctrl-C; what was shown until the app was there."""
    running = subprocess.Popen(
        argv, cwd=tree.folder, env=tree.environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert running.stdout
    shown, found = "", None
    try:
        for line in running.stdout:
            shown += line
            if found := re.match(r"http://127\.0\.0\.1:\d+", line):
                break
        assert found, f"it ended without an address:\n{shown}"
        with urllib.request.urlopen(f"{found[0]}/newest", timeout=10) as answer:
            assert "Newest photos" in answer.read().decode()
        os.killpg(running.pid, signal.SIGINT)
        assert "Stopped" in running.communicate(timeout=30)[0]
        return shown
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
