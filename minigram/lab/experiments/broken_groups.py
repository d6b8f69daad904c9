"""A history while primaries are killed and stand still, with commits that wait for a replica."""

import asyncio
from collections.abc import Callable
from functools import partial

import psycopg

from minigram.databases.replicated import in_service
from minigram.databases.replicated.roles import beside
from minigram.lab.attached import Attached
from minigram.lab.experiments.quietly import quietly
from minigram.lab.experiments.taking_over import members, takes_writes
from minigram.lab.faults import Fault, Step
from minigram.lab.history import History, record
from minigram.lab.history.primaries import Node, Probe
from minigram.lab.replicas import groups_of
from minigram.lab.running import Running
from minigram.lab.servers import Server
from minigram.lab.waiting import until

REPLACED = 30.0
"""Seconds within which another primary has been named, and a former one fenced, if that ever happens."""
GIVEN_UP = 1.0
"""Seconds after which a probe gives up: on a primary that was replaced while it slept, a commit waits for ever."""


def all_synchronous(run: Running, on: bool = True) -> None:
    """From now on the commits of every group wait for a replica, or do not."""
    for group, urls in groups_of(Attached(run.run)).items():
        in_service.synchronous(beside(run.addresses.media), group, on, urls)


def breaking(run: Running, killed: str, paused: str, seed: int = 1) -> History:
    """Of one group the primary is killed and started again, of another it stands still and goes on, each once another
    one has taken its place. Every member of both is asked meanwhile whether it takes writes."""
    dead, asleep = (primary(run, group) for group in (killed, paused))
    faults = [left_dead(run, killed, dead, after=0.5), left_asleep(run, paused, asleep, after=1.5)]
    watching = probes(run, killed) | probes(run, paused)
    with quietly("psycopg"):  # of the probes that give up
        return record(run.url, seconds=5, beside=faults, watching=watching, patience=20, seed=seed)


def primary(run: Running, group: str) -> Server:
    """The server that is the group's primary now."""
    name = beside(run.addresses.media).of(group).primary
    assert name is not None
    return run.servers[name]


def left_dead(run: Running, group: str, primary: Server, after: float) -> Fault:
    """Kills a primary, and starts it once another one has taken its place."""
    return Fault(
        primary.name,
        [
            Step(after, "killed", primary.kill),
            Step(after, "left dead until another one is primary", partial(_replaced, run, group, primary)),
            Step(after, "started", primary.start, "answers again"),
        ],
    )


def left_asleep(run: Running, group: str, primary: Server, after: float) -> Fault:
    """Lets a primary stand still until another one has taken its place, and then until it is fenced."""
    return Fault(
        primary.name,
        [
            Step(after, "paused", primary.pause),
            Step(after, "left asleep until another one is primary", partial(_replaced, run, group, primary)),
            Step(after, "resumed", primary.resume),
            Step(after, "watched until it is fenced", lambda: _until(lambda: not takes_writes(primary.url))),
        ],
    )


def probes(run: Running, group: str) -> dict[Node, Probe]:
    """How each member of the group is asked whether it takes writes."""
    return {(group, name): writes(url) for name, url in members(run, group).items()}


def _replaced(run: Running, group: str, old: Server) -> None:
    roles = beside(run.addresses.media)
    _until(lambda: roles.of(group).primary not in (None, old.name))


def _until(holds: Callable[[], bool]) -> None:
    until(holds, REPLACED)  # where it never holds, the history will tell


def writes(url: str) -> Probe:
    """A real write, as the app's role: the timeline on which the server took it."""

    async def write() -> int:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=2) as connection:
            await connection.execute("CREATE TABLE IF NOT EXISTS probed (at timestamptz)")
            await connection.execute("INSERT INTO probed VALUES (now())")
            await connection.commit()
            found = await connection.execute("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)")
            row = await found.fetchone()
        assert row is not None
        return int(row[0], 16)

    return lambda: asyncio.run(asyncio.wait_for(write(), GIVEN_UP))
