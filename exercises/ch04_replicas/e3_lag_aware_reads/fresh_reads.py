"""Reads that a replica may answer when it is not too old for them. The statement says what is asked for.

`OLDEST`, one second, is defined in `stage.py` beside this file:
`from exercises.ch04_replicas.e3_lag_aware_reads.stage import OLDEST`.
"""

from collections.abc import Mapping, Sequence

from minigram.databases import Rows
from minigram.databases.node import Node


class FreshReads:
    """A primary and its replicas, by name. Nobody is promoted."""

    def __init__(self, primary: Node, replicas: Mapping[str, Node]) -> None:
        self._primary, self._replicas = primary, replicas

    def mark(self) -> str:
        """For somebody who has just written: a read with this mark shows it."""
        raise NotImplementedError

    def read(self, query: bytes, values: Sequence[object], mark: str | None) -> Rows:
        """The rows of a query that only reads, with all that was written before the mark, and before OLDEST seconds.

        Raises Invalid for a text that is no mark, and Unavailable where nobody can answer who is surely fresh enough.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the connections."""
        for node in (self._primary, *self._replicas.values()):
            node.close()
