"""What chapter 3 promises: how soon its primaries are ready, and what routing, many servers, ids and a move cost."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from unittest.mock import patch

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import bindparam, select

from minigram.databases import Rows
from minigram.databases.sharded.text import written
from minigram.lab.claims import Claim, Ratios, at_least, at_most, count, ratio
from minigram.lab.experiments import at_once, bare
from minigram.lab.experiments.crowd import crowd, reader
from minigram.lab.experiments.ids import draws
from minigram.lab.experiments.moving import move_under_load, shard_to_move
from minigram.lab.experiments.shares import sharded
from minigram.lab.leash import held_run
from minigram.lab.machine import cores
from minigram.lab.people import Residents, fill
from minigram.lab.running import Running, running
from minigram.lab.runs import compare
from minigram.lab.servers import start_all
from minigram.lab.servers.provider import VARIABLE as PROVIDER
from minigram.lab.town import SIZES
from minigram.social.feed import NEWEST_OF
from minigram.social.people import public
from minigram.social.photos import NEWEST, PAGE
from minigram.social.tables import people
from minigram.stages.ch03_sharding import Sharded

ROUNDS, TIMES = 15, 200
"""Rounds of a comparison, and statements of a round."""
FOLLOWEES = 1_000
MOVES = 3

_PERSON = select(*public).where(people.c.id == bindparam("id"))


def bench() -> Iterator[Claim]:
    """Starts what it needs; takes about a minute and a half."""
    yield _ready()
    with running(Sharded) as run:
        residents = fill(sharded(run), SIZES["quick"])
        routing = _Routing(run, residents)
        yield ratio(
            "A statement through the map, against the same on the pool of its server",
            lambda length: routing.against(routing.node, int(TIMES * length)),
            at_most(1.15),
        )
        yield ratio(
            "The same against psycopg alone: the pool, the breaker and the map together",
            lambda length: routing.against(routing.bare, int(TIMES * length)),
            at_most(1.4),
        )
        routing.close()
        yield ratio(
            "All four servers, each at work for as long as the others, against the slowest alone",
            lambda length: at_once.asking(sharded(run).databases, int(5 * length)).judged(" s"),
            at_most(1.5),
        )
        feed = _Feed(run, residents)
        yield ratio(
            f"A home feed of {FOLLOWEES:,} followees on four servers, against the slowest of its four answers",
            lambda length: feed.against_its_answers(int(TIMES * length)),
            at_most(1.5),
        )
        sharing = max(1, Sharded.servers / cores())
        yield ratio(
            "The same home feed, against the slowest server's part of it while the others rest: 1.5 where each of them "
            f"has a core, and here are {cores()}",
            lambda length: feed.against_one_server(int(ROUNDS * length)),
            at_most(1.5 * sharing),
        )
        yield ratio(
            "Ids a second, set-based, against a plain sequence",
            lambda length: draws(run.servers["db1"].url, int(100_000 * length), ROUNDS)["set-based"].judged("/s"),
            at_least(0.6),
        )
        yield _pause(run, residents)


def _ready() -> Claim:
    primaries = [need for need in Sharded.needs() if need.name in Sharded.owners()]
    took = []
    with bare.variable(PROVIDER, "native"):
        for _ in range(4):
            with held_run() as place:
                begun = time.perf_counter()
                started = start_all(primaries, place)
                took.append(time.perf_counter() - begun)
                for server in started.values():
                    server.end()
    says = f"Seconds until {len(primaries)} primaries are ready natively, prepared before"
    after = f"{min(took[1:]):.2f} to {max(took[1:]):.2f} s"
    return count(says, statistics.median(took[1:]), at_most(1.5), after=after)


class _Routing:
    """Reading a person by id: through the map, on the pool of the person's server, and on a connection alone."""

    def __init__(self, run: Running, residents: Residents) -> None:
        self._databases, self._person = sharded(run).databases, residents.ids[0]
        home = self._databases.of(self._person)
        server = self._databases.map.place(home.number).server
        self._query, self._values = written(_PERSON).at(home.schema), [self._person]
        self._node = self._databases.routes.node(server)
        self._bare = psycopg.connect(
            run.addresses.servers[f"pool{server.removeprefix('db')}"], autocommit=True, prepare_threshold=None,
            row_factory=namedtuple_row, cursor_factory=psycopg.RawCursor,
        )  # fmt: skip

    def routed(self) -> object:
        return self._databases.of(self._person).read(_PERSON, id=self._person)

    def node(self) -> object:
        return self._node.read(self._query, self._values)

    def bare(self) -> object:
        return self._bare.execute(self._query, self._values).fetchall()

    def against(self, other: Callable[[], object], times: int) -> Ratios:
        """The two ways take turns at every statement, so that both meet the same machine."""
        medians = []
        for _ in range(ROUNDS):
            took = [(_each(other, 1), _each(self.routed, 1)) for _ in range(times)]
            medians.append([statistics.median(way) for way in zip(*took, strict=True)])
        before, after = (f"{statistics.median(way):.3f} ms" for way in zip(*medians, strict=True))
        return Ratios([b / a for a, b in medians], (), before, after)

    def close(self) -> None:
        self._bare.close()


class _Feed:
    """A home feed of many followees, who live on all servers."""

    def __init__(self, run: Running, residents: Residents) -> None:
        self._databases = sharded(run).databases
        self._viewer = reader(run, residents, FOLLOWEES).id
        self._by_server: dict[str, list[int]] = {}
        for followee in sharded(run).follows.following(self._viewer):
            self._by_server.setdefault(self._server(followee), []).append(followee)
        self._everybody = [followee for some in self._by_server.values() for followee in some]

    def against_its_answers(self, times: int) -> Ratios:
        """Each look against the longest that one of the servers took for its part of the same look."""
        answers: list[float] = []
        looks, slowest = [], []
        with ExitStack() as patches:
            for server in self._by_server:
                node = self._databases.routes.node(server)
                patches.enter_context(patch.object(node, "read", _timed(node.read, answers)))
            for _ in range(times):
                answers.clear()
                looks.append(self._look(self._everybody, 1))
                assert len(answers) == len(self._by_server)
                slowest.append(max(answers))
        each, whole = (f"{statistics.median(took):.2f} ms" for took in (slowest, looks))
        return Ratios([a / b for a, b in zip(looks, slowest, strict=True)], (), each, whole)

    def against_one_server(self, rounds: int) -> Ratios:
        """The look against the longest that one server takes for its part by itself."""
        return compare(
            lambda: max(self._look(authors, 5) for authors in self._by_server.values()),
            lambda: self._look(self._everybody, 5),
            float,
            rounds,
        ).judged(" ms")

    def _look(self, authors: Sequence[int], times: int) -> float:
        ask = partial(self._databases.each, authors, NEWEST_OF, PAGE, viewer=self._viewer, before=NEWEST)
        return _each(ask, times)

    def _server(self, person: int) -> str:
        return self._databases.map.place(self._databases.of(person).number).server


def _pause(run: Running, residents: Residents) -> Claim:
    known = crowd(run, residents)
    shard, target = shard_to_move(run, known)
    moving = move_under_load(run, residents, known, shard, target, MOVES, rate=40, seconds=8)
    pauses = [moved.pause_ms or 0.0 for moved in moving.moves]
    says = f"Milliseconds for which the writers of a shard wait while it changes its owner, the longest of {MOVES}"
    return count(says, max(pauses), at_most(1_000), after=f"{min(pauses):.0f} to {max(pauses):.0f} ms")


def _each(deed: Callable[[], object], times: int) -> float:
    """Milliseconds that it takes, the median of so many: what comes in between now and then does not count."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        deed()
        took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1000


def _timed(read: Callable[..., Rows], took: list[float]) -> Callable[..., Rows]:
    def timed(*asked: object) -> Rows:
        begun = time.perf_counter()
        try:
            return read(*asked)
        finally:
            took.append((time.perf_counter() - begun) * 1000)

    return timed
