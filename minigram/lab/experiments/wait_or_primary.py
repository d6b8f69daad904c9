"""A replica is behind what a session needs: wait for it, or ask the primary at once? Both ways exist."""

import statistics
import time
from dataclasses import dataclass
from functools import partial
from itertools import count

from sqlalchemy import insert

from minigram.databases.replicated.node import PATIENCE, ReplicatedNode
from minigram.databases.replicated.session import Session, reading_as
from minigram.lab.experiments.alone import GROUP, NOTE, Alone
from minigram.lab.runs import Comparison, compare
from minigram.stages.ch04_replicas import door

_READ = b"SELECT pg_is_in_recovery() AS replica, EXISTS (SELECT FROM note WHERE id = %(id)s) AS there"
_NUMBERS = count(1_000_000)


@dataclass(frozen=True)
class Reads:
    """Reads of one's own writes. `ms` is the median wait of a read; `on_primary` is how many the primary answered, and
    `stale` how many did not show the write."""

    count: int
    ms: float
    on_primary: int
    stale: int


class Ways:
    """Both ways to the same group."""

    def __init__(self, group: Alone) -> None:
        urls = {name: group.run.addresses.servers[door(name)] for name in group.urls}
        self.wait, self.at_once = (
            ReplicatedNode(GROUP, urls, group.system.roles, prepare=False, patience=patience)
            for patience in (PATIENCE, 0.0)
        )
        self._group = group

    def reads(self, node: ReplicatedNode, times: int) -> Reads:
        """So many sessions write a note and read it at once."""
        took, primary, stale = [], 0, 0
        for id in (next(_NUMBERS) for _ in range(times)):
            with reading_as(Session(partial(str, id))):
                with node.begin() as tx:
                    tx.execute(insert(NOTE).values(id=id, said=""))
                begun = time.perf_counter()
                (row,) = node.read(_READ, {"id": id})
                took.append(time.perf_counter() - begun)
            primary += not row.replica
            stale += not row.there
        return Reads(times, statistics.median(took) * 1e3, primary, stale)

    def compared(self, times: int) -> Comparison[Reads]:
        """How long a read takes, at once against waiting; in turn."""
        return compare(
            lambda: self.reads(self.at_once, times), lambda: self.reads(self.wait, times), lambda reads: reads.ms
        )

    def close(self) -> None:
        self.wait.close()
        self.at_once.close()
