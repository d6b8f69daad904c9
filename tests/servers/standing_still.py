"""A server that is paused, and those who ask it."""

import time
from collections.abc import Callable

import pytest

from minigram.databases import Unavailable
from minigram.lab.servers import Server
from tests.behaviour.waiting import eventually


def only_the_first_waits(server: Server, ask: Callable[[], object]) -> None:
    """Who asks while it stands still is told after five seconds, and who comes then at once; afterwards it answers."""
    server.pause()
    try:
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            ask()
        waited = time.monotonic() - begun
        with pytest.raises(Unavailable):
            ask()
        told = time.monotonic() - begun - waited
    finally:
        server.resume()
    assert waited == pytest.approx(5, abs=1) and told < 2
    eventually("it answers again", lambda: answers(ask), 5)


def answers(ask: Callable[[], object]) -> bool:
    """Whether there is something to be told, and somebody who tells it."""
    try:
        return ask() is not None
    except Unavailable:
        return False
