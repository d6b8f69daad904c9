"""Whoever sleeps through a promotion, or starts in the middle of one, is no second primary."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import cast

import pytest

from minigram.databases import Unavailable
from minigram.databases.replicated import asking, failover
from minigram.lab.experiments.broken_groups import probes
from minigram.lab.experiments.quietly import quietly
from minigram.lab.history import History, Observation, one_primary, primaries
from tests.behaviour.waiting import eventually
from tests.ch04_replicas.notes import note, sees, write
from tests.ch04_replicas.operated import Operated


def test_a_primary_that_slept_through_a_promotion_acknowledges_nothing(pair: Operated) -> None:
    """A commit that was under way when it fell asleep is refused when it wakes, and is on no server in the end."""
    old = pair.run.servers["db"]
    with ThreadPoolExecutor(1) as pool:
        asleep = threading.Event()

        def late() -> None:
            with pair.node.begin() as tx:
                tx.execute(note(7))
                old.pause()
                asleep.set()

        committing = pool.submit(late)
        asleep.wait(10)
        pair.promote("dbr")
        old.resume()
        with pytest.raises(Unavailable):
            committing.result(30)
    with pair.watched() as watch:
        watch.round()
    assert pair.primaries() == {"dbr"}
    old.restart()
    assert pair.group.replicas == ("db",)
    assert not sees(pair.node.fresh, 7)


def test_a_sleeping_primary_with_a_synchronous_replica_commits_for_nobody(pair: Operated) -> None:
    """Who talks to it without looking at the roles waits for a replica that has left, until it is fenced."""
    pair.synchronous()
    old = pair.run.servers["db"]
    with asking.connect(old.url) as stubborn:
        stubborn.autocommit = False
        stubborn.execute("INSERT INTO note VALUES (8, 'x')")
        old.pause()
        pair.promote("dbr")
        old.resume()
        with ThreadPoolExecutor(1) as pool:
            committing = pool.submit(stubborn.commit)
            assert failover.fence_former(pair.roles, "db", "db", pair.urls)
            error = committing.exception(30)
    assert error is not None
    old.restart()
    assert not sees(pair.node.fresh, 8)


@pytest.mark.parametrize("promoted_first", [True, False])
def test_a_primary_that_starts_while_another_is_promoted_is_no_second_one(pair: Operated, promoted_first: bool) -> None:
    """One of the two waits for the other, whoever is first; in the end one takes writes, and the other follows it."""
    old, before = pair.run.servers["db"], pair.group
    old.kill()
    deeds: list[Callable[[], object]] = [partial(failover.promote, pair.roles, before, "dbr", pair.urls), old.start]
    with ThreadPoolExecutor(2) as both:
        with pair.roles.changing("db"):  # both wait at the door
            begun = [both.submit(deed) for deed in (deeds if promoted_first else deeds[::-1])]
        for one in begun:
            one.result(30)
    assert pair.group.primary == "dbr" and pair.primaries() == {"dbr"}
    if not pair.group.replicas:
        old.restart()  # it had been first, and was fenced; when it starts again it looks who is the primary
    eventually("it follows", lambda: pair.group.replicas == ("db",))
    write(pair.node, 1)
    eventually("it has what was written", lambda: sees(pair.node, 1))


@pytest.mark.slow
@pytest.mark.parametrize("wakes", [True, False])
def test_the_history_tells_of_a_former_primary_that_takes_writes(pair: Operated, wakes: bool) -> None:
    """It slept through its replacement. If it wakes up, and nobody fences it, it takes writes beside the new one, and
    two observations are enough to show that. If it is started anew it takes none."""
    old, watch = pair.run.servers["db"], primaries.Watch(probes(pair.run, "db"))
    begun = time.monotonic()
    with quietly("psycopg"):
        watch.begin(begun)
        eventually("it is asked", lambda: any(seen.node == "db" for seen in watch.observations))
        old.pause()
        pair.promote("dbr")
        eventually("the new one is asked", lambda: any(seen.node == "dbr" for seen in watch.observations))
        if wakes:
            old.resume()
        else:
            old.restart()
        woken = time.monotonic() - begun
        awaited = {"db", "dbr"} if wakes else {"dbr"}  # who says that it is the primary

        def asked_again() -> bool:
            since = [seen.node for seen in watch.observations if seen.began > woken]
            return len(since) > 10 and awaited <= {*since}

        eventually("all are asked again", asked_again, 20)
        watch.end()
    violation = one_primary(History((), tuple(watch.observations)))
    assert (violation is not None) == wakes, violation
    if violation is not None:
        assert [seen.node for seen in cast("Sequence[Observation]", violation.history)] == ["dbr", "db"]
