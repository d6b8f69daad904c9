"""How late a replica is, against how much is written: nothing is planted."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from operator import itemgetter

import psycopg

from minigram.databases.replicated import asking
from minigram.databases.replicated.position import Lsn
from minigram.lab.experiments.alone import Alone
from minigram.lab.latency import Latency

_NUMBERS = count(10_000_000, 1_000)
_INSERT = "INSERT INTO note SELECT %s + n, repeat('x', 200) FROM generate_series(1, %s) AS n"
_WRITTEN = "SELECT pg_current_wal_flush_lsn()::text"
_REPLAYED = "SELECT pg_last_wal_replay_lsn()::text"

Committed = list[tuple[float, Lsn]]
"""When each commit was acknowledged, and where the WAL was then."""


@dataclass(frozen=True)
class Lag:
    """So many writers, each committing so many rows as often as it can; what that made, a second; and for how long
    after their commits rows were not to be seen on the replica, in milliseconds: the median and the slowest hundredth.
    """

    writers: int
    rows: int
    commits: float
    megabytes: float
    p50: float
    p99: float


def lag(group: Alone, writers: int, rows: int, seconds: float) -> Lag:
    """They write, and the replica is asked all the time how far it is."""
    replica, url = group.replicas[0], group.primary.url
    group.caught_up()
    with ThreadPoolExecutor(writers) as pool, asking.connect(replica.admin_url) as looking:
        end = time.perf_counter() + seconds
        writing = [pool.submit(_write, url, rows, end) for _ in range(writers)]
        seen: Committed = []

        def done() -> bool:
            at = Lsn.parse(str(asking.value(looking, _REPLAYED)))
            seen.append((time.perf_counter(), at))
            return all(one.done() for one in writing) and at >= max(one.result()[-1][1] for one in writing)

        asking.wait(f"{replica.name} has all that was written", done, seconds + 60)
        committed = sorted(one for each in writing for one in each.result())
    late = _late(sorted(committed, key=itemgetter(1)), seen)
    elapsed = committed[-1][0] - (end - seconds)
    made = max(at for _, at in committed) - min(at for _, at in committed)
    return Lag(writers, rows, len(committed) / elapsed, made / elapsed / 1e6, late.ms(50), late.ms(99))


def _write(url: str, rows: int, end: float) -> Committed:
    """Once at least."""
    committed: Committed = []
    with psycopg.connect(url, autocommit=True) as connection:
        while not committed or time.perf_counter() < end:
            connection.execute(_INSERT, [next(_NUMBERS), rows])
            acknowledged = time.perf_counter()
            row = connection.execute(_WRITTEN).fetchone()
            assert row is not None
            committed.append((acknowledged, Lsn.parse(row[0])))
    return committed


def _late(committed: Committed, seen: Committed) -> Latency:
    """Of each commit, in the order of the WAL, how long after it the replica was first seen to have it."""
    looks = iter(seen)
    when, at = next(looks)
    waits = []
    for acknowledged, position in committed:
        while at < position:
            when, at = next(looks)
        waits.append(max(0.0, when - acknowledged))
    return Latency(waits)
