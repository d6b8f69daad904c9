"""More servers, more statements a second: asked through `databases`, of servers that have a part of a core each."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from minigram.lab.capping import capped
from minigram.lab.claims import Ratios
from minigram.lab.experiments.asked import asking
from minigram.lab.experiments.shares import sharded
from minigram.lab.people import Residents
from minigram.lab.running import Running

CORES = 0.1
"""What each server gets."""
PEOPLE = 16
"""Who ask at the same time."""
SERVERS = (1, 2, 4)
ROUNDS = 5


@dataclass(frozen=True)
class Rates:
    """Statements a second by how many servers had the people who were asked about; a value for each round."""

    by_servers: dict[int, list[float]]

    def median(self, servers: int) -> float:
        return statistics.median(self.by_servers[servers])

    def times(self, servers: int) -> Ratios:
        """As a ratio to one server, for a claim."""
        one, more = self.by_servers[1], self.by_servers[servers]
        ratios = [b / a for a, b in zip(one, more, strict=True)]
        return Ratios(ratios, (), f"{self.median(1):.0f}/s", f"{self.median(servers):.0f}/s")


def rates(run: Running, residents: Residents, seconds: float) -> Rates:
    """Looks at the photos of people who live on one server, on two, on four, in turn. Raises CannotCap."""
    shards = [server for name, server in run.servers.items() if name in sharded(run).owners()]
    looks = {servers: _looking(run, _who(run, residents, servers)) for servers in SERVERS}
    for look in looks.values():
        _rate(look, 0.1)  # the first statements open connections
    found: dict[int, list[float]] = {servers: [] for servers in SERVERS}
    with capped(shards, CORES):
        for _ in range(ROUNDS):
            for servers, look in looks.items():
                found[servers].append(_rate(look, seconds))
    return Rates(found)


def work(run: Running, residents: Residents, servers: int, count: int = 400) -> float:
    """The share of the statements that the busiest server had, when so many were asked of so many servers."""
    look = _looking(run, _who(run, residents, servers))
    with asking(run) as asked:
        for n in range(count):
            look(n)
    return asked.busiest


def _who(run: Running, residents: Residents, servers: int) -> list[int]:
    """As many people of each of the first so many servers, in turn."""
    databases = sharded(run).databases
    there: dict[str, list[int]] = {name: [] for name in databases.map.servers()[:servers]}
    for person in residents.ids:
        server = databases.map.place(databases.of(person).number).server
        if server in there:
            there[server].append(person)
    fewest = min(map(len, there.values()))
    return [person for turn in zip(*(people[:fewest] for people in there.values()), strict=True) for person in turn]


def _looking(run: Running, who: Sequence[int]) -> Callable[[int], object]:
    """One statement: a page of somebody's photos."""
    photos = sharded(run).photos
    return lambda n: photos.by(who[n % len(who)], viewer=0)


def _rate(look: Callable[[int], object], seconds: float) -> float:
    begun = time.monotonic()
    end = begun + seconds

    def ask(first: int) -> int:
        done = 0
        while time.monotonic() < end:
            look(first + PEOPLE * done)
            done += 1
        return done

    with ThreadPoolExecutor(PEOPLE) as people:
        done = sum(people.map(ask, range(PEOPLE)))
    return done / (time.monotonic() - begun)
