"""A course of its own with one made-up exercise, and a folder for its submissions."""

from pathlib import Path

import pytest

from tests.course.classroom import Course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path / "course")
