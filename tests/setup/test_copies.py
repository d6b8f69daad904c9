"""The student's copies: what `minigram lab` brings into work/, and what it leaves alone."""

from pathlib import Path

import pytest

from minigram.course.copies import bring

NOTEBOOK = "notebooks/first.ipynb"
STUB = "exercises/first/stub.py"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A course of one notebook and one stub."""
    for name in (NOTEBOOK, STUB):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(f"{name}, as first given")
    (tmp_path / "notebooks" / ".ipynb_checkpoints").mkdir()
    (tmp_path / "notebooks" / ".ipynb_checkpoints" / "left.ipynb").write_text("left by Jupyter")
    return tmp_path


def test_notebooks_and_stubs_are_brought_and_nothing_else(clone: Path) -> None:
    """The first time, work/ holds a copy of each, under the same names."""
    work = clone / "work"
    assert bring(clone, work) == []
    assert sorted(str(p.relative_to(work)) for p in work.rglob("[!.]*.*") if p.is_file()) == [STUB, NOTEBOOK]
    assert not list(work.rglob(".ipynb_checkpoints"))


def test_what_the_student_changed_is_kept_and_named(clone: Path) -> None:
    """Bringing again overwrites nothing that was worked on, however often, and says what it kept."""
    work = clone / "work"
    bring(clone, work)
    (work / STUB).write_text("an answer")
    for _ in range(2):
        assert bring(clone, work) == [f"kept as you left it: work/{STUB}"]
        assert (work / STUB).read_text() == "an answer"


def test_a_copy_that_nobody_changed_follows_the_course(clone: Path) -> None:
    """After another chapter is checked out, untouched copies are that chapter's."""
    work = clone / "work"
    bring(clone, work)
    (clone / NOTEBOOK).write_text("a better one")
    assert bring(clone, work) == []
    assert (work / NOTEBOOK).read_text() == "a better one"


def test_where_both_have_changed_both_are_there(clone: Path) -> None:
    """The student's stays under its name; the course's newer one lies beside it, and the line says where."""
    work = clone / "work"
    bring(clone, work)
    (work / NOTEBOOK).write_text("worked on")
    (clone / NOTEBOOK).write_text("a better one")
    [line] = bring(clone, work)
    assert "first.new.ipynb" in line
    assert (work / NOTEBOOK).read_text() == "worked on"
    assert (work / "notebooks" / "first.new.ipynb").read_text() == "a better one"
    assert bring(clone, work) == [f"kept as you left it: work/{NOTEBOOK}"]


def test_work_from_before_the_record_is_the_students(clone: Path) -> None:
    """A file that minigram did not give, under a name that it gives, is never overwritten."""
    (clone / "work" / "notebooks").mkdir(parents=True)
    (clone / "work" / NOTEBOOK).write_text("mine")
    bring(clone, clone / "work")
    assert (clone / "work" / NOTEBOOK).read_text() == "mine"
