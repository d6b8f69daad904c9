"""A server that stands still answers nobody and hangs up on nobody; it goes on, or is ended like any other."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress

import psutil
import psycopg
import pytest

from minigram.lab.leftovers import is_alive
from minigram.lab.running import Running, running
from minigram.lab.servers import Server

from .living import living
from .small import Notes
from .test_cleanup import assert_nothing_left, holder


@pytest.fixture
def main(notes: Running) -> Iterator[Server]:
    """A server that others use afterwards."""
    server = notes.servers["main"]
    yield server
    server.resume()


def test_an_answer_comes_once_it_goes_on(main: Server) -> None:
    """Who asked while it stood still gets the answer afterwards, on the same connection."""
    with psycopg.connect(main.url, autocommit=True) as connection:
        before = main.pids()
        main.pause()
        assert main.alive and set(main.pids()) <= set(before)
        answers: list[object] = []
        asking = threading.Thread(target=lambda: answers.extend(connection.execute("SELECT 1").fetchall()))
        asking.start()
        asking.join(0.3)
        assert answers == []
        main.resume()
        asking.join(10)
        assert answers == [(1,)]
        assert main.pids()[0] == before[0]


@pytest.mark.parametrize("deed", ["pause", "resume"])
def test_doing_it_twice_changes_nothing(main: Server, deed: str) -> None:
    """Who stands still stands still, and who goes on goes on."""
    for _ in range(2):
        getattr(main, deed)()
    main.resume()
    assert psycopg.connect(main.url).execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("deed", ["stop", "kill", "restart"])
def test_what_stands_still_is_ended_like_any_other(provider: str, deed: str) -> None:
    """It is stopped in an orderly way, killed and restarted, and what it had acknowledged is there."""
    with running(Notes) as found:
        main = found.servers["main"]
        with psycopg.connect(main.url) as connection:
            connection.execute("INSERT INTO note VALUES (1, 'kept')")
        main.pause()
        getattr(main, deed)()
        assert main.alive == (deed == "restart")
        if deed != "restart":
            main.start()
        assert psycopg.connect(main.url).execute("SELECT body FROM note").fetchall() == [("kept",)]


def test_a_run_that_ends_while_one_stands_still_leaves_nothing(provider: str) -> None:
    """The end of the run does not wait for it."""
    with running(Notes) as found:
        started = living(found.servers["main"].pids())
        found.servers["main"].pause()
    assert_nothing_left(found.run, started)


def test_the_leash_ends_what_stands_still(native: None) -> None:
    """Its parent is killed: nobody resumes it, and it is gone all the same."""
    with holder("Served") as held:
        started = held.started
        for process in started:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGSTOP)
        os.kill(held.popen.pid, signal.SIGKILL)
        held.popen.wait(20)
        assert_nothing_left(held.run, started)
    assert not any(is_alive(process) for process in started)
