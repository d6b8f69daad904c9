"""A group that runs, for the tests of this chapter."""

from collections.abc import Iterator

import pytest

from minigram.lab.running import Running, running
from tests.ch04_replicas.groups import Trio


@pytest.fixture(scope="module")
def _trio() -> Iterator[Running]:
    with running(Trio) as found:
        yield found


@pytest.fixture
def trio(_trio: Running) -> Iterator[Running]:
    """A primary with two replicas. Whatever a test kills is started again."""
    yield _trio
    for server in _trio.servers.values():
        if not server.alive:
            server.start()
