"""The pages over a real PostgreSQL, and people who visit them."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from flask import Flask

from minigram.lab.running import Running, running
from minigram.stages import stage
from minigram.stages.ch01_one_server import OneServer
from minigram.web.app import create_app
from tests.web.pages.visitor import Visitor


@pytest.fixture(scope="session")
def bench() -> Iterator[Running]:
    """Chapter 1's server, without its processes: the pages are that chapter's."""
    with running(stage(1), processes=False) as found:
        yield found


@pytest.fixture(scope="session")
def system(bench: Running) -> OneServer:
    return cast(OneServer, bench.system)


@pytest.fixture(scope="session")
def app(system: OneServer) -> Flask:
    return create_app(system)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who has not logged in."""
    return Visitor(app)


@pytest.fixture
def join(app: Flask) -> Callable[[], Visitor]:
    """Signs somebody new up, through the form."""
    return lambda: Visitor(app).join()
