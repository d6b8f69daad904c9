"""The made-up exercise, and the first way of shutting in that this machine offers."""

from collections.abc import Callable

import pytest

from minigram.course.judge.exercises import Exercise
from minigram.course.judge.judging import Judged, judge
from minigram.course.judge.shut.ways import Way, offered
from minigram.lab import LabError
from tests.course.classroom import plant


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    return plant(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="session", params=["bubblewrap", "namespaces", "container"])
def way(request: pytest.FixtureRequest) -> Way:
    """Each way of shutting in; one that this machine does not offer is skipped, with the reason."""
    try:
        return offered(request.param)
    except LabError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def shut() -> Way:
    try:
        return offered()
    except LabError as error:
        pytest.skip(str(error))


@pytest.fixture
def judged(planted: Exercise, shut: Way) -> Callable[[str], Judged]:
    """Judges a text as the student's file, with the hidden checks."""
    return lambda text: judge(planted, text.encode(), shut, 1, hidden=True)
