"""What chapter 4 promises: how soon the replicas are ready, how long a read waits for one, and what choosing costs."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from minigram.databases.node import Node
from minigram.databases.replicated.session import Session, reading_as
from minigram.databases.sharded.text import written
from minigram.lab.claims import Claim, Ratios, at_most, count, ratio
from minigram.lab.experiments import bare
from minigram.lab.experiments.alone import GROUP, SAID, Alone, alone
from minigram.lab.latency import Latency
from minigram.lab.leash import held_run
from minigram.lab.runs import compare
from minigram.lab.servers import start_all
from minigram.lab.servers.provider import VARIABLE as PROVIDER
from minigram.stages.ch04_replicas import Replicas, door

ROUNDS, TIMES = 15, 200
"""Rounds of a comparison, and statements of a round."""


def bench() -> Iterator[Claim]:
    """Starts what it needs; takes less than a minute."""
    yield _ready()
    with alone(Replicas) as group:
        group.write(0)
        group.caught_up()
        yield _waiting(group)
        for whose, session in (("nobody", None), ("a session that has written", Session(lambda: "somebody"))):
            says = f"A read by {whose} through the group, against the same from one replica"
            yield ratio(says, _reading(group, session), at_most(1.5))


def _ready() -> Claim:
    members = {name for group in Replicas.owners() for name in Replicas.members(group)}
    needs = [need for need in Replicas.needs() if need.name in members]
    took = []
    with bare.variable(PROVIDER, "native"):
        for _ in range(4):  # the first one prepares what the others copy
            with held_run() as place:
                begun = time.perf_counter()
                started = start_all(needs, place)
                took.append(time.perf_counter() - begun)
                for server in reversed(started.values()):
                    server.end()
    says = "Seconds until 4 primaries with a replica each are ready natively, prepared before"
    after = f"{min(took[1:]):.2f} to {max(took[1:]):.2f} s"
    return count(says, statistics.median(took[1:]), at_most(3), after=after)


def _waiting(group: Alone) -> Claim:
    """How long the app waits before it asks a replica for somebody who has just written."""
    node, replica, waits = group.system.reach(GROUP), group.replicas[0].name, []
    for number in range(1, TIMES + 1):
        with reading_as(Session(partial(str, number))) as session:
            group.write(number)  # that the mark is asked for belongs to it
            begun = time.perf_counter()
            while not node._suits(replica, session):  # a read would go to the primary now; here it goes on waiting
                pass
            waits.append(time.perf_counter() - begun)
    node.close()
    found = Latency(waits)
    says = "Milliseconds that a read waits for the LSN of the write before it, at p50, without planted lag"
    return count(says, found.ms(50), at_most(1), after=f"p50 {found.ms(50):.2f}, p99 {found.ms(99):.1f} ms")


def _reading(group: Alone, session: Session | None) -> Callable[[float], Ratios]:
    """Milliseconds of a read by a statement that is compiled already."""
    text = written(SAID)
    query, values = text.at("public"), text.values({"id": 0})
    direct = Node(group.run.addresses.servers[door(group.replicas[0].name)], prepare=False)

    def through() -> float:
        with ExitStack() as reading:
            if session is not None:
                reading.enter_context(reading_as(session))
            return _each(lambda: group.home.read(SAID, id=0))

    if session is not None:
        with reading_as(session):
            group.write(-1)
    return lambda length: compare(
        lambda: _each(lambda: direct.read(query, values)), through, float, round(ROUNDS * length)
    ).judged(" ms")


def _each(deed: Callable[[], object]) -> float:
    begun = time.perf_counter()
    for _ in range(TIMES):
        deed()
    return (time.perf_counter() - begun) / TIMES * 1e3
