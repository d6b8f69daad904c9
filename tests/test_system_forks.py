"""A fork builds parts of its own, once, and neither uses nor closes those of its parent."""

import json
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from minigram.system import part
from tests.written_down import NOWHERE, First, Made, log


@pytest.fixture(autouse=True)
def clean_log() -> None:
    log.clear()


def in_a_fork(report: Callable[[], object]) -> object:
    """What `report` returns, as JSON, in a child of this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, json.dumps(report()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        return json.load(answer)


def test_a_fork_builds_its_own_parts_and_leaves_its_parents_alone() -> None:
    """A child neither uses nor closes what its parent has built, and the parent keeps it."""
    system = First(NOWHERE)
    parents = system.people

    def child() -> object:
        log.clear()
        same = system.people is parents
        system.close()
        return [same, log]

    assert in_a_fork(child) == [
        False,
        ["made base", "made people on base", "closed people on base", "closed base"],
    ]
    assert system.people is parents
    assert log == ["made base", "made people on base"]


def test_a_fork_builds_once_though_all_its_threads_ask_first() -> None:
    """Also the very first thing that a child does may be done by many threads at the same moment."""

    class Slow(First):
        @part
        def base(self) -> Made:
            threading.Event().wait(0.01)
            return Made("base")

    system = Slow(NOWHERE)
    assert system.base

    def child() -> object:
        log.clear()
        sys.setswitchinterval(1e-6)  # let threads take turns as often as can be
        start = threading.Barrier(16)

        def ask() -> Made:
            start.wait()
            return system.base

        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lambda _: ask(), range(16)))
        return [len({id(one) for one in found}), log]

    for _ in range(20):
        assert in_a_fork(child) == [1, ["made base"]]


def test_a_fork_during_building_does_not_hang() -> None:
    """The child is not held up by a lock that a thread of its parent had when it forked."""
    inside, go_on, parent = threading.Event(), threading.Event(), os.getpid()

    class Slow(First):
        @part
        def base(self) -> Made:
            if os.getpid() == parent:
                inside.set()
                go_on.wait(10)
            return Made("base")

    system = Slow(NOWHERE)
    with ThreadPoolExecutor(1) as pool:
        building = pool.submit(lambda: system.base.name)
        assert inside.wait(10)
        assert in_a_fork(lambda: system.base.name) == "base"
        go_on.set()
        assert building.result(10) == "base"
