"""People who look a web server up by name and keep its address for a while, when that server dies.

A name with several addresses is the oldest way to share people out. What is looked up here is a list in this process,
and not a DNS server's; the requests are real. The list is mended the moment that the server dies, which is more than
one could hope for. What remains is the time for which people keep what they have been told.
"""

import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

from minigram.lab.experiments.asking import ask
from minigram.lab.load import Known
from minigram.lab.running import Running

PEOPLE, EVERY = 24, 0.4
"""So many people, each of whom asks once in so many seconds."""


class Name:
    """A name for several addresses: whoever looks it up gets the next one."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses, self._next = tuple(addresses), count()

    def look_up(self) -> str:
        addresses = self._addresses
        return addresses[next(self._next) % len(addresses)]

    def remove(self, address: str) -> None:
        self._addresses = tuple(known for known in self._addresses if known != address)


@dataclass(frozen=True)
class Asked:
    """Requests, by the time at which they were sent (seconds after the death; before it: negative)."""

    good: Sequence[float]
    failed: Sequence[float]

    @property
    def last_failure(self) -> float:
        return max(self.failed, default=0)


def by_name(run: Running, known: Known, name: Name, victim: str, ttl: float, seed: int = 1) -> Asked:
    """A web server dies, is at once known by the name no more, and is started again when every entry is over.

    Everybody looks the name up anew once what they know of it is `ttl` seconds old. They do not do so at the same time.
    """
    process, tokens = run.processes[victim], list(known.tokens.values())
    rng = random.Random(seed)
    begin = time.monotonic() + 0.1
    death = begin + EVERY
    over = threading.Event()
    end = death + ttl + EVERY
    with ThreadPoolExecutor(PEOPLE) as people:
        starts = [(begin + rng.random() * EVERY, rng.random() * ttl) for _ in range(PEOPLE)]
        seen = [
            people.submit(_person, name, tokens[n % len(tokens)], first, end, age, ttl, over)
            for n, (first, age) in enumerate(starts)
        ]
        try:
            over.wait(max(0, death - time.monotonic()))
            process.kill()
            name.remove(process.url)
            dead = time.monotonic()
            rows = [row for one in seen for row in one.result()]
        finally:
            over.set()
            if not process.alive:
                process.start()
    times: dict[bool, list[float]] = {True: [], False: []}
    for at, ok in rows:
        times[ok].append(at - dead)
    return Asked(sorted(times[True]), sorted(times[False]))


def _person(
    name: Name, token: str, first: float, end: float, age: float, ttl: float, over: threading.Event
) -> list[tuple[float, bool]]:
    """Asks from `first` to `end`; knows an address already, which is `age` seconds old by then."""
    address, due, known_since = name.look_up(), first, first - age
    rows = []
    while due < end and not over.wait(max(0, due - time.monotonic())):
        now = time.monotonic()
        if now - known_since >= ttl:
            address, known_since = name.look_up(), now
        rows.append((now, ask("GET", f"{address}/api/me", token).ok))
        due += EVERY
    return rows
