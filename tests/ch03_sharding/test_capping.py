"""A server that is capped gets no more of a core than it is given, and has all of it again afterwards."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import QueryCanceled

from minigram.addresses import Need
from minigram.lab.capping import CannotCap, capped
from minigram.lab.cpu import cpu_seconds
from minigram.lab.leash import held_run
from minigram.lab.servers import Server, start_all

CORES = 0.1
SECONDS = 2.0
ENDING = 0x4
"""The flag of a process that has begun to end: PF_EXITING in Linux's sched.h."""


@pytest.fixture
def server() -> Iterator[Server]:
    with held_run() as run:
        yield start_all([Need("postgres", "one")], run)["one"]


def work(server: Server) -> float:
    """The share of a core that it uses when it has much to do."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"SET statement_timeout = {int(SECONDS * 1000)}".encode())
        begun, before = time.monotonic(), cpu_seconds(server.pids())
        with pytest.raises(QueryCanceled):
            connection.execute("SELECT count(*) FROM generate_series(1, 1000000000)")
        return (cpu_seconds(server.pids()) - before) / (time.monotonic() - begun)


def groups(server: Server) -> set[str]:
    """The control groups of its processes. Of one that is ending, the kernel tells the root instead (version 1)."""
    found = set()
    for pid in server.pids():
        with suppress(FileNotFoundError, ProcessLookupError):
            told = Path("/proc", str(pid), "cgroup").read_text()
            flags = int(Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[6])
            if not flags & ENDING:
                found.add(told)
    return found


def capped_work(server: Server) -> float:
    """The same while it is capped, by somebody whose block then raises."""
    share = 0.0
    try:
        with capped([server], CORES):
            share = work(server)
            raise ZeroDivisionError
    except ZeroDivisionError:
        return share
    except CannotCap as reason:
        pytest.skip(str(reason))


def test_a_capped_server_gets_no_more(server: Server) -> None:
    """Also what it starts meanwhile; after an exception, too, its processes are where they were before."""
    before = groups(server)
    assert 0 < capped_work(server) < 1.5 * CORES
    assert groups(server) == before
