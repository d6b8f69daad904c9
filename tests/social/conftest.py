"""Chapter 1's parts in this process, over a PostgreSQL of their own."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import cast

import pytest

from minigram.lab.running import Running, running
from minigram.social.people import Person
from minigram.stages import stage
from minigram.stages.ch01_one_server import OneServer

PASSWORD = "correct horse battery"

_numbers = count(1)


@pytest.fixture(scope="package")
def bench() -> Iterator[Running]:
    with running(stage(1), processes=False) as found:
        yield found


@pytest.fixture(scope="package")
def system(bench: Running) -> OneServer:
    return cast(OneServer, bench.system)


@pytest.fixture(scope="package")
def join(system: OneServer) -> Callable[[], Person]:
    """Signs somebody new up."""

    def sign_up() -> Person:
        name = f"somebody_{next(_numbers)}"
        return system.people.sign_up(name, f"{name}@example.org", PASSWORD)

    return sign_up
