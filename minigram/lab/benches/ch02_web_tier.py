"""What chapter 2 promises: what nginx and PgBouncer cost a feed, its statements, and how soon the web tier is ready."""

import statistics
import time
from collections.abc import Callable, Iterator

from minigram.lab.claims import Claim, Ratios, at_least, at_most, count, ratio
from minigram.lab.experiments import bare
from minigram.lab.experiments.crowd import reader, system_of
from minigram.lab.experiments.feeds import costs_through_http
from minigram.lab.load import Known, Mix, closed_loop, everyday
from minigram.lab.people import fill
from minigram.lab.running import Running, running
from minigram.lab.runs import compare
from minigram.lab.servers.provider import VARIABLE as PROVIDER
from minigram.lab.town import SIZES
from minigram.stages.ch02_web_tier import WebTier

SECONDS = 1.0


def bench() -> Iterator[Claim]:
    """Starts what it needs; takes less than a minute."""
    with running(WebTier) as run:
        residents = fill(system_of(run), SIZES["quick"])
        person = reader(run, residents, 10)
        known = Known(tokens={person.name: system_of(run).sessions.start(person.id)})
        with bare.recorded() as statements:
            system_of(run).feed.home(person.id)
        yield ratio(
            "Rate of the JSON feed of 10 followees through nginx, against the same from a web server",
            _rates(run, known),
            at_least(0.5),
        )
        (cost,) = costs_through_http(run, {10: person})  # by now every web server has its connections
        says = "Statements of a home feed through nginx and PgBouncer, with the session in Redis"
        yield count(says, cost.statements, at_most(4))
        yield ratio(
            "Rate of the feed's statements through PgBouncer, against the same from PostgreSQL",
            lambda length: compare(
                lambda: bare.rate(run.servers["main"].url, statements, SECONDS * length, prepare=False),
                lambda: bare.rate(run.servers["pool"].url, statements, SECONDS * length, prepare=False),
                lambda rate: rate,
            ).judged("/s"),
            at_least(0.4),
        )
    yield _ready()


def _rates(run: Running, known: Known) -> Callable[[float], Ratios]:
    feed = Mix(everyday.__name__, {"home_feed": 1})

    def at(url: str, length: float) -> float:
        return closed_loop(url, feed, known, connections=1, seconds=SECONDS * length).throughput

    alone = run.processes["web1"].url
    return lambda length: compare(lambda: at(alone, length), lambda: at(run.url, length), lambda rate: rate).judged(
        "/s"
    )


def _ready() -> Claim:
    took = []
    with bare.variable(PROVIDER, "native"):
        for _ in range(3):
            begun = time.perf_counter()
            with running(WebTier, processes=False):
                took.append(time.perf_counter() - begun)
    says = "Seconds until PostgreSQL, Redis and PgBouncer are ready natively, prepared before"
    return count(says, min(took), at_most(1.5), after=f"{statistics.median(took):.2f} s")
