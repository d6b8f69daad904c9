"""A primary dies that its replicas had lost touch with: what was acknowledged, and what is left of it."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count

from minigram.databases import Unavailable
from minigram.databases.replicated import asking, failover
from minigram.lab.experiments.alone import Alone
from minigram.lab.experiments.lag import cut
from minigram.lab.runs import Comparison, compare
from minigram.lab.waiting import until

WRITERS = 4
SOME = 40
"""Writes that are acknowledged before the network between the primary and its replicas is cut, and after."""

LONGEST = 10.0
"""Seconds that this takes at most, each of the two. Where it takes longer, what is counted then will tell."""

_NUMBERS = count(3_000_000)


@dataclass(frozen=True)
class Promised:
    """Writes that were acknowledged, and those of them that the new primary does not have. `back` tells whether the
    old primary came back as a replica."""

    acknowledged: int
    lost: int
    back: bool


def losing(group: Alone, synchronous: bool) -> Promised:
    """Writers go on while the replicas are cut off; then the primary is killed, and the best replica promoted. At the
    end everything runs again, with another primary."""
    group.synchronous(synchronous)
    old = group.primary
    with writing(group.write, _NUMBERS, WRITERS) as acknowledged:
        until(lambda: len(acknowledged) >= SOME, LONGEST)
        for replica in group.replicas:
            cut(replica)
        before = len(acknowledged)
        until(lambda: len(acknowledged) >= before + SOME or _held(group) == WRITERS, LONGEST)
        old.kill()
    failover.promote(group.system.roles, group.group, failover.best(group.group, group.urls), group.urls)
    lost = group.missing(acknowledged)
    old.start()
    return Promised(len(acknowledged), len(lost), old.name in group.group.replicas)


def waiting_costs(group: Alone, times: int) -> Comparison[float]:
    """Milliseconds that a write takes, with commits that do not wait for a replica, and with commits that do."""
    return compare(lambda: _each(group, times, False), lambda: _each(group, times, True), float)


def _each(group: Alone, times: int, synchronous: bool) -> float:
    group.synchronous(synchronous)
    for _ in range(5):
        group.write(next(_NUMBERS))
    begun = time.perf_counter()
    for _ in range(times):
        group.write(next(_NUMBERS))
    return (time.perf_counter() - begun) / times * 1e3


@contextmanager
def writing(write: Callable[[int], None], numbers: Iterator[int], writers: int) -> Iterator[list[int]]:
    """People who go on writing during the block, a number each time; the numbers of what was acknowledged."""
    over = threading.Event()
    acknowledged: list[int] = []

    def go_on() -> None:
        while not over.is_set():
            number = next(numbers)
            with suppress(Unavailable):
                write(number)
                acknowledged.append(number)

    with ThreadPoolExecutor(writers) as pool:
        going = [pool.submit(go_on) for _ in range(writers)]
        try:
            yield acknowledged
        finally:
            over.set()
        for one in going:
            one.result()


def _held(group: Alone) -> int:
    """How many commits wait for a replica."""
    with asking.connect(group.primary.admin_url) as connection:
        return int(str(asking.value(connection, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")))
