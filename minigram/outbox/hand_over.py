"""Handing events over: from the outbox of one server to the handlers at the homes that they concern.

An event is followed up at least once, each time in a transaction there, and its row is deleted afterwards; handlers do
not mind being told twice. Events by the same person are followed up in their order, although anybody may hand them
over. Rows are not locked where they lie: a lock goes with its connection, and whoever has lost it without knowing might
still commit elsewhere, after others have gone on to the next event. Instead, the transaction that follows up holds
a lock of that person's, where it commits, and looks under this lock at what is the oldest row.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import Select, exists, false, func, select
from sqlalchemy.exc import IntegrityError

from minigram.databases import Home, Transaction
from minigram.databases.sharded.databases import ShardedDatabases
from minigram.events import Event, Handlers, runs_once
from minigram.outbox.table import EVERY, ONCE, at_home
from minigram.social.tables import people

AT_ONCE = 4
"""How many threads of a process hand over at the same time. Each holds a connection to one server while it waits for
one to another, so there have to be more connections than these."""
BATCH = 100
"""How many events of a person are looked at together."""
WAIT = "2s"
"""For somebody else who is just handing over events by the same person."""

_OLDEST = b'SELECT id, "by", shard, at, kind, content FROM public.outbox WHERE "by" = $1 ORDER BY id LIMIT $2'
_DONE = b"DELETE FROM public.outbox WHERE id = ANY ($1::bigint[]) RETURNING id"


@dataclass(frozen=True)
class Waiting:
    """A row of an outbox."""

    id: int
    by: int
    shard: int
    at: str
    kind: str
    content: dict[str, Any]


class _Refused(Exception):
    """A constraint at the other home refuses the event."""

    def __init__(self, row: Waiting) -> None:
        super().__init__(f"{row.kind} {row.content} is refused at {row.at}")
        self.row = row


class HandOver:
    """`handlers` follow events up. What the other home refuses, because whom it concerns has left, `refusals` take back
    at the home that published it. `main` is where handlers run that run once."""

    def __init__(
        self,
        databases: ShardedDatabases,
        main: Home,
        handlers: Callable[[], Handlers],
        refusals: Callable[[], Handlers],
    ) -> None:
        self._databases, self._handlers, self._refusals = databases, handlers, refusals
        self._homes: dict[str, Home] = {ONCE: main}
        self._homes |= {at_home(shard.number): shard for shard in databases.every()}
        self._free = BoundedSemaphore(AT_ONCE)

    def at(self, id: int) -> str:
        """The place of an id's home."""
        return at_home(self._databases.of(id).number)

    def soon(self, server: str, by: int, at: str) -> None:
        """Hand over what waits on a server by one person, up to what is for every home. `at` is where the oldest goes,
        most likely. Where many do that already, it is left."""
        if self._free.acquire(timeout=0.5):
            try:
                following: str | None = at
                while following is not None and following != EVERY:
                    following = self.step(server, by, following)
            finally:
                self._free.release()

    def step(self, server: str, by: int, at: str) -> str | None:
        """Hand over the oldest events of one person, if they go to that place; where the next one goes, if there is
        one. Raises Unavailable."""
        return self._everywhere(server, by) if at == EVERY else self._some(server, by, at)

    def _some(self, server: str, by: int, at: str, most: int = BATCH) -> str | None:
        try:
            with self._homes[at].begin() as tx:
                tx.execute(_turn(by, at))
                waiting = self._oldest(server, by)
                some = [*takewhile(lambda row: row.at == at, waiting)][:most]
                for row in some:
                    self._handle(tx, row)
        except _Refused as refused:
            if most > 1:
                return self._some(server, by, at, most=1)
            self._take_back(server, refused)
            return at
        self._done(server, some)
        if len(some) < len(waiting):
            return waiting[len(some)].at
        return at if len(waiting) == BATCH else None

    def _everywhere(self, server: str, by: int) -> str | None:
        oldest = self._oldest(server, by)
        if not oldest or oldest[0].at != EVERY:
            return oldest[0].at if oldest else None
        homes: dict[str, list[Home]] = defaultdict(list)
        for shard in self._databases.every():
            homes[self._databases.map.place(shard.number).server].append(shard)

        def tell(some: list[Home]) -> None:
            # It is the last that this person does: nothing can have come after it, but something may be just ending.
            for home in some:
                with home.begin() as tx:
                    tx.execute(_turn(by, EVERY))
                    self._handle(tx, oldest[0])

        with ThreadPoolExecutor(len(homes)) as threads:
            for told in [threads.submit(tell, some) for some in homes.values()]:
                told.result()
        self._done(server, oldest[:1])
        return oldest[1].at if len(oldest) > 1 else None

    def _handle(self, tx: Transaction, row: Waiting) -> None:
        kind, handlers = self._known(row)
        try:
            for handle in handlers:
                if runs_once(handle) == (row.at == ONCE):
                    handle(tx, kind(**row.content))
        except IntegrityError as error:
            raise _Refused(row) from error

    def _take_back(self, server: str, refused: _Refused) -> None:
        row = refused.row
        kind, _ = self._known(row)
        if kind not in (refusals := self._refusals()):
            raise refused
        with self._databases.shard(row.shard).begin() as tx:
            for take_back in refusals[kind]:
                take_back(tx, kind(**row.content))
        self._done(server, [row])

    def _known(self, row: Waiting) -> tuple[type[Event], Sequence[Callable[[Transaction, Any], None]]]:
        for kind, handlers in self._handlers().items():
            if kind.__name__ == row.kind:
                return kind, handlers
        raise LookupError(f"nobody follows up {row.kind}, which is in an outbox")

    def _oldest(self, server: str, by: int) -> list[Waiting]:
        return [Waiting(*row) for row in self._databases.routes.node(server).fresh.read(_OLDEST, [by, BATCH])]

    def _done(self, server: str, rows: Sequence[Waiting]) -> None:
        if rows:  # outside any transaction, as a read; sent twice, it does no harm either
            self._databases.routes.node(server).fresh.read(_DONE, [[row.id for row in rows]])


def _turn(by: int, at: str) -> Select[Any]:
    """Wait for this person's lock; held until the transaction ends."""
    # FROM comes before SELECT: the wait is bounded, and only in this transaction.
    turn = select(func.pg_advisory_xact_lock(by)).select_from(func.set_config("lock_timeout", WAIT, True))
    # It is the first statement of a transaction that finds a shard where it is now, by being refused: so it names it.
    return turn if at == ONCE else turn.where(~exists(select(people.c.id).where(false())))
