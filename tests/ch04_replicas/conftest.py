"""Groups that run, for the tests of this chapter."""

from collections.abc import Iterator

import pytest

from minigram.lab.running import running
from tests.ch04_replicas.groups import Pair, Trio
from tests.ch04_replicas.operated import Operated


@pytest.fixture
def pair() -> Iterator[Operated]:
    with running(Pair) as run:
        found = Operated(run)
        yield found
        found.node.close()


@pytest.fixture
def trio() -> Iterator[Operated]:
    with running(Trio) as run:
        found = Operated(run)
        yield found
        found.node.close()
