"""Each scenario runs on every stage, as real processes over real servers, started once a stage."""

from collections.abc import Callable, Iterator

import pytest

from minigram.lab.running import Running, running
from minigram.stages import newest, stages
from minigram.system import Minigram
from tests.behaviour.client import Client, Someone


def _each(stage: type[Minigram]) -> object:
    """The newest stage is tried with every other test, and the others are at their own tags, by the slow tests."""
    marks = () if stage is newest() else (pytest.mark.slow, pytest.mark.thorough)
    return pytest.param(stage, marks=marks, id=stage.stem)


@pytest.fixture(scope="session", params=[_each(stage) for stage in stages()])
def app(request: pytest.FixtureRequest) -> Iterator[Running]:
    """A stage, running."""
    stage: type[Minigram] = request.param
    if stage is newest():
        yield request.getfixturevalue("live")
    else:
        with running(stage) as found:
            yield found


@pytest.fixture
def stranger(app: Running) -> Client:
    """Somebody who has not logged in."""
    return Client(app.url)


@pytest.fixture
def join(app: Running) -> Callable[[], Someone]:
    """Signs somebody new up."""
    return lambda: Someone(app.url)


@pytest.fixture
def ann(join: Callable[[], Someone]) -> Someone:
    return join()


@pytest.fixture
def ben(join: Callable[[], Someone]) -> Someone:
    return join()


@pytest.fixture
def carla(join: Callable[[], Someone]) -> Someone:
    return join()
