"""Publishing through the outbox: the event is kept if, and only if, the transaction commits."""

import logging
from collections.abc import Callable
from weakref import WeakKeyDictionary

from minigram.databases import Transaction, Unavailable
from minigram.databases.sharded.transaction import ShardTransaction
from minigram.events import Event, Handlers, runs_once
from minigram.outbox.hand_over import HandOver
from minigram.outbox.table import EVERY, ONCE, row

log = logging.getLogger(__name__)


class Outbox:
    """After the commit, and before the caller goes on, what it has published is handed over; but what is for every home
    is left to the relay. Whether that succeeds makes no difference to the caller."""

    def __init__(self, handlers: Callable[[], Handlers], hand_over: HandOver) -> None:
        self._handlers, self._hand_over = handlers, hand_over
        self._following: WeakKeyDictionary[ShardTransaction, set[int]] = WeakKeyDictionary()

    def publish(self, tx: Transaction, event: Event) -> None:
        if not isinstance(tx, ShardTransaction):
            raise TypeError(f"only a shard's transaction can publish, and this is a {type(tx).__name__}")
        places = self._places(event)
        for at in places:
            tx.execute(row(event, tx.shard, at))
        if places and event.by not in (following := self._following.setdefault(tx, set())):
            following.add(event.by)
            tx.after_commit(lambda: self._follow_up(tx.place.server, event.by, places[0]))

    def _places(self, event: Event) -> list[str]:
        """Where it has to be followed up; nowhere if nobody does that."""
        once = {runs_once(handle) for handle in self._handlers().get(type(event), ())}
        home = EVERY if event.home is None else self._hand_over.at(event.home)
        return [ONCE] * (True in once) + [home] * (False in once)

    def _follow_up(self, server: str, by: int, at: str) -> None:
        try:
            self._hand_over.soon(server, by, at)
        except Unavailable as error:
            log.warning("left to the relay: events by %s on %s: %s", by, server, error)
        except Exception:  # it is committed and will be handed over: nothing that the caller could do anything about
            log.exception("left to the relay: events by %s on %s", by, server)
