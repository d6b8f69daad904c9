"""How long the app waits for a server that stands still, and that not everybody waits for it.

A process that is stopped, or whose disk hangs, ends no connection: without a limit, who has asked waits for ever. With
a limit alone, those who come next queue for a thread behind those who wait. So there is a circuit breaker, too (M. T.
Nygard, "Release It!", "Stability Patterns"): when somebody has waited in vain, everybody is told at once, for a moment.
"""

import time
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from minigram.databases import Unavailable

SECONDS = 5
"""That one answer may take. Nothing that a request does takes a tenth of that where all is well."""
LONG, REST = 4.0, 1.0
"""Who has waited for so long in vain opens the breaker, for so long."""

T = TypeVar("T")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that ends when an answer takes longer than `patience`, in seconds, or None for what may take long.
    What PostgreSQL did is unknown then."""

    patience: float | None = SECONDS

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Raises psycopg.OperationalError when the answer does not come in time."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.info.transaction_status == TransactionStatus.ACTIVE:  # it may answer yet, to nobody
                self.close()
            raise


class Breaker:
    """Of one server, for all threads of a process."""

    def __init__(self) -> None:
        self._open_until = 0.0

    def ask(self) -> float:
        """Before the server is asked: the moment. Raises Unavailable while the breaker is open."""
        now = time.monotonic()
        if now < self._open_until:
            raise Unavailable("somebody has just waited for this server in vain")
        return now

    def in_vain(self, since: float) -> None:
        """Whoever asked at that moment got no answer."""
        now = time.monotonic()
        if now - since > LONG:
            self._open_until = now + REST
