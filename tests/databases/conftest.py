"""One PostgreSQL with the newest stage's tables."""

from collections.abc import Iterator

import pytest

from minigram.lab.running import Running, running
from minigram.stages import stage


@pytest.fixture(scope="package")
def bench() -> Iterator[Running]:
    """Chapter 1's server, without its processes."""
    with running(stage(1), processes=False) as found:
        yield found
