"""A course of its own with one made-up exercise, and a folder for its submissions."""

from pathlib import Path

import pytest

from minigram.course.judge.shut.ways import offered
from minigram.lab import LabError
from tests.course.classroom import Course


@pytest.fixture(scope="session")
def shut_in() -> None:
    """Without a way of shutting submissions in nothing is marked, and what marks cannot be tested."""
    try:
        offered()
    except LabError as error:
        pytest.skip(str(error))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path / "course")
