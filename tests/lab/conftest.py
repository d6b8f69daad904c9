"""One PostgreSQL for all tests that only need one to be there."""

from collections.abc import Iterator

import pytest

from minigram.lab.running import Running, running

from .bare import Bare


@pytest.fixture(scope="session")
def bench() -> Iterator[Running]:
    """A running PostgreSQL, whose counters begin anew whenever a test kills it."""
    with running(Bare) as found:
        yield found
