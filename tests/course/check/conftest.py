"""A course of its own, so that nobody's work/ is touched."""

import pytest

from tests.course.classroom import Course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """There is a folder for the student's file, and no file yet."""
    made = Course(tmp_path_factory.mktemp("course"))
    made.own.parent.mkdir(parents=True)
    return made
