"""Reads that a replica may answer when it is not too old for them.

Where the primary was at some moment in the last second is all that a replica must have: then it lacks nothing that was
written before that moment. One question to the primary is good for all reads of the next second.
"""

import random
import re
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence

from exercises.ch04_replicas.e3_lag_aware_reads.stage import OLDEST
from minigram.databases import Rows, Unavailable
from minigram.databases.node import Node
from minigram.databases.replicated.position import Lsn
from minigram.social.errors import Invalid

LOOK = 0.4
"""Seconds between two looks at where the primary is, while there are reads."""

_AT_PRIMARY = b"SELECT pg_current_wal_flush_lsn()::text AS lsn"
_AT_REPLICA = b"SELECT pg_last_wal_replay_lsn()::text AS lsn"


class FreshReads:
    """A primary and its replicas, by name. Nobody is promoted."""

    def __init__(self, primary: Node, replicas: Mapping[str, Node]) -> None:
        self._primary, self._replicas = primary, replicas
        self._was_at: deque[tuple[float, Lsn]] = deque()
        self._looking = threading.Lock()

    def mark(self) -> str:
        """For somebody who has just written: a read with this mark shows it."""
        return str(_lsn(self._primary, _AT_PRIMARY))

    def read(self, query: bytes, values: Sequence[object], mark: str | None) -> Rows:
        """The rows of a query that only reads, with all that was written before the mark, and before OLDEST seconds.

        Raises Invalid for a text that is no mark, and Unavailable where nobody can answer who is surely fresh enough.
        """
        came = time.monotonic()
        written = _parsed(mark) if mark is not None else Lsn(0)
        needed = max(written, self._before(came))
        for replica in random.sample([*self._replicas.values()], len(self._replicas)):
            try:
                # Asked before it is read: what it shows afterwards is at least that.
                if _lsn(replica, _AT_REPLICA) >= needed:
                    return replica.read(query, values)
            except Unavailable:
                continue
        return self._primary.read(query, values)

    def close(self) -> None:
        """Let go of the connections."""
        for node in (self._primary, *self._replicas.values()):
            node.close()

    def _before(self, came: float) -> Lsn:
        """Where the primary was OLDEST seconds before, or later: the oldest place that we know of since then."""
        with self._looking:
            while self._was_at and self._was_at[0][0] < came - OLDEST:
                self._was_at.popleft()
            if not self._was_at or self._was_at[-1][0] < came - LOOK:
                now = time.monotonic()  # before the question: all that was acknowledged by now is before the answer
                try:
                    self._was_at.append((now, _lsn(self._primary, _AT_PRIMARY)))
                except Unavailable:
                    if not self._was_at:
                        raise
            return self._was_at[0][1]


def _lsn(node: Node, query: bytes) -> Lsn:
    return Lsn.parse(node.read(query, [])[0].lsn)


def _parsed(mark: str) -> Lsn:
    if not re.fullmatch("[0-9A-F]{1,8}/[0-9A-F]{1,8}", mark):
        raise Invalid("Mark", "This is no mark. Send the header 'Mark' of the answer to your comment as it stands.")
    return Lsn.parse(mark)
