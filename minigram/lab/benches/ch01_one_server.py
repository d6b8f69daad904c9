"""What chapter 1 promises: a feed's statements and buffers, the web's share of its cost, set-up and filling times."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from minigram.lab.claims import Claim, Ratios, at_least, at_most, count, ratio
from minigram.lab.experiments import bare
from minigram.lab.experiments.crowd import reader, system_of
from minigram.lab.experiments.feeds import costs, costs_through_http
from minigram.lab.load import Known, Mix, closed_loop, everyday
from minigram.lab.machine import ROOT
from minigram.lab.people import Residents, fill
from minigram.lab.running import Running, running
from minigram.lab.runs import compare
from minigram.lab.servers.provider import VARIABLE as PROVIDER
from minigram.lab.town import SIZES, Size
from minigram.stages.ch01_one_server import OneServer

CEILINGS = {1: 400, 10: 450, 100: 900, 1_000: 5_000}
"""Buffers that one home feed may touch, by followees."""

ROUNDS, SECONDS = 5, 1.5


def bench() -> Iterator[Claim]:
    """Starts what it needs; takes a few minutes."""
    yield from _feeds()
    yield from _rates()
    yield from _filling()
    yield from _set_up()


def _feeds() -> Iterator[Claim]:
    for size in (Size(1_100, 1_000, 20_000, 5_000), Size(2_000, 100_000, 50_000, 100_000)):
        with _town(size) as (run, residents):
            readers = {many: reader(run, residents, many) for many in CEILINGS}
            whole = costs_through_http(run, readers)
            asked = ", ".join(f"{cost.followees:,}: {cost.statements:g}" for cost in whole)
            yield count(
                f"Statements per home feed, {size.photos:,} photos, by followees",
                max(cost.statements for cost in whole),
                at_most(4),
                after=asked,
            )
            for cost in costs(run, readers, system_of(run).feed):
                says = f"Buffers per home feed of {cost.followees:,} followees, {size.photos:,} photos"
                yield count(says, cost.buffers, at_most(CEILINGS[cost.followees]), after=f"{cost.buffers:,.0f}")


def _rates() -> Iterator[Claim]:
    with _town(SIZES["quick"]) as (run, residents):
        system, person = system_of(run), reader(run, residents, 10)
        token = system.sessions.start(person.id)
        with bare.recorded() as statements:
            system.sessions.find(token)
            system.feed.home(person.id)

        def against_bare(mix: Mix, credential: str) -> Callable[[float], Ratios]:
            known = Known(tokens={person.name: credential})
            return lambda length: compare(
                lambda: bare.rate(run.addresses.servers["main"], statements, SECONDS * length),
                lambda: closed_loop(run.url, mix, known, connections=1, seconds=SECONDS * length).throughput,
                lambda rate: rate,
                ROUNDS,
            ).judged("/s")

        json, html = Mix(everyday.__name__, {"home_feed": 1}), Mix(bare.__name__, {"home_page": 1})
        yield ratio(
            "Rate of the JSON feed of 10 followees through gunicorn, against its statements through bare psycopg",
            against_bare(json, token),
            at_least(1 / 3),
        )
        yield ratio("The same for the HTML feed (shown)", against_bare(html, bare.cookie(system, token)), at_least(0))


def _filling() -> Iterator[Claim]:
    def measure(length: float) -> Ratios:
        ratios, filled, copied = [], [], []
        for seed in range(1, ROUNDS + 1):
            with running(OneServer, processes=False) as run:
                begun = time.perf_counter()
                fill(system_of(run), SIZES["quick"], seed)
                filled.append(time.perf_counter() - begun)
                copied.append(bare.copy_again(run.servers["main"]))
                ratios.append(copied[-1] / filled[-1])
        return Ratios(
            ratios,
            (),
            f"COPY alone {statistics.median(copied):.2f} s",
            f"fill {statistics.median(filled):.2f} s",
        )

    yield ratio("Filling the town, against bare COPY of the same rows", measure, at_least(0.5))


def _set_up() -> Iterator[Claim]:
    with bare.variable(PROVIDER, "native"):
        _start()  # from here on everything is prepared
        yield _seconds("Seconds until chapter 1's servers are ready natively, prepared before", _start, 1)
        with tempfile.TemporaryDirectory() as empty, bare.variable("XDG_CACHE_HOME", empty):
            yield _seconds("Seconds until chapter 1's servers are ready natively, prepared anew", _start, 3, times=1)
    yield _seconds("Seconds to import minigram and name its stages, Python included", _import, 0.3)


def _start() -> None:
    with running(OneServer, processes=False):
        pass


def _import() -> None:
    subprocess.run([sys.executable, "-c", "import minigram.stages"], check=True, cwd=ROOT)


def _seconds(says: str, deed: Callable[[], None], most: float, times: int = ROUNDS) -> Claim:
    """A set-up time: the one kind of absolute time that is promised. The best of a few, which noise spoils least."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        deed()
        took.append(time.perf_counter() - begun)
    return count(says, min(took), at_most(most), after=f"{min(took):.2f} to {max(took):.2f} s")


@contextmanager
def _town(size: Size) -> Iterator[tuple[Running, Residents]]:
    with running(OneServer) as run:
        yield run, fill(system_of(run), size)
