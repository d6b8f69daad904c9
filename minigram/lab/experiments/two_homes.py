"""What concerns two homes while one of them is away: people follow somebody whose server is dead."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
from sqlalchemy import Table, select

from minigram.databases import Unavailable
from minigram.lab import LabError
from minigram.lab.experiments.quietly import quietly
from minigram.lab.experiments.shares import sharded
from minigram.lab.people import Residents
from minigram.lab.running import Running
from minigram.lab.waiting import until
from minigram.social.errors import Missing
from minigram.social.tables import followers, following

PATIENCE = 30.0
"""Seconds within which the relay has told a server everything after it is back."""


@dataclass(frozen=True)
class Away:
    """`waiting` is how many follows were in outboxes while the server was dead; `half` how many edges of the whole town
    had one end alone afterwards, and `seconds` when the outboxes were empty, counted from the server's answer; infinite
    where they never were."""

    asked: int
    acknowledged: int
    waiting: int
    missing: int
    half: int
    seconds: float


def follow_the_dead(run: Running, residents: Residents, server: str = "db2", count: int = 20) -> Away:
    """Kill a server, let people of other servers follow people who live there, and start it again."""
    system = sharded(run)
    databases = system.databases

    def lives_there(person: int) -> bool:
        return databases.map.place(databases.of(person).number).server == server

    there = [person for person in residents.ids if lives_there(person)]
    known = _edges(run, following)
    pairs = [(one, other) for one in residents.ids if not lives_there(one) for other in there[:3]]
    pairs = [pair for pair in pairs if pair not in known][:count]

    def follow(pair: tuple[int, int]) -> bool:
        try:
            system.follows.follow(*pair)
        except (Missing, Unavailable):
            return False
        return True

    run.servers[server].kill()
    try:
        with quietly("minigram"), ThreadPoolExecutor(4) as people:
            acknowledged = [pair for pair, done in zip(pairs, people.map(follow, pairs), strict=True) if done]
        in_outboxes = waiting(run.servers[name].admin_url for name in system.owners() if name != server)
    finally:
        run.servers[server].start()
    begun = time.monotonic()
    empty = until(lambda: waiting(run.servers[name].admin_url for name in system.owners()) == 0, PATIENCE)
    seconds = time.monotonic() - begun if empty else float("inf")
    if not until(lambda: _answers(run), PATIENCE):  # who has waited for the server in vain does not ask again at once
        raise LabError(f"Waited {PATIENCE:g} s in vain until the app reaches every shard.")
    ends = [_edges(run, table) for table in (following, followers)]
    missing = sum(pair not in end for pair in acknowledged for end in ends)
    return Away(len(pairs), len(acknowledged), in_outboxes, missing, len(ends[0] ^ ends[1]), seconds)


def waiting(urls: Iterable[str]) -> int:
    """Events in the outboxes of the servers that the superuser reaches there."""
    found = 0
    for url in urls:
        with psycopg.connect(url) as connection:
            ((count,),) = connection.execute("SELECT count(*) FROM public.outbox").fetchall()
            found += count
    return found


def _edges(run: Running, table: Table) -> set[tuple[int, int]]:
    """The pairs of follower and followee that one of the two tables has, over all shards."""
    pairs = select(table.c.follower_id, table.c.followee_id)
    return {tuple(row) for shard in sharded(run).databases.every() for row in shard.read(pairs)}


def _answers(run: Running) -> bool:
    """Whether all shards do."""
    try:
        return bool(_edges(run, following))
    except Unavailable:
        return False
