"""Several servers asked by one question: whether they work at the same time, or one after the other."""

import time
from collections.abc import Sequence

from sqlalchemy import bindparam, func, literal, select

from minigram.databases import AnySelect
from minigram.databases.ids import SEQUENCE_BITS
from minigram.databases.sharded.databases import ShardedDatabases
from minigram.lab.runs import Comparison, compare

WORK = 0.08
"""Seconds for which each server works on its part. It waits and needs no processor, so that servers which share this
machine's few cores are not in each other's way."""

_WAIT: AnySelect = select(literal(0).label("id")).select_from(func.pg_sleep(bindparam("seconds")))


def asking(databases: ShardedDatabases, rounds: int = 5) -> Comparison[float]:
    """Seconds of the slowest server alone, against those of all servers, through `databases.each`."""
    by_server: dict[str, list[int]] = {}
    for shard in range(len(databases.map)):
        # Any id of the shard: the first of the first millisecond.
        by_server.setdefault(databases.map.place(shard).server, []).append(shard << SEQUENCE_BITS)
    seconds = WORK / max(map(len, by_server.values()))

    def took(ids: Sequence[int]) -> float:
        begun = time.perf_counter()
        databases.each(ids, _WAIT, limit=1, seconds=seconds)
        return time.perf_counter() - begun

    everybody = [id for ids in by_server.values() for id in ids]
    took(everybody)  # the first one opens connections
    return compare(lambda: max(map(took, by_server.values())), lambda: took(everybody), float, rounds)
