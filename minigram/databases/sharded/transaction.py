"""A transaction at a logical shard, begun by its first statement."""

import time
from collections.abc import Callable
from contextlib import ExitStack

from sqlalchemy import Executable
from sqlalchemy.exc import DBAPIError

from minigram.databases import Rows, Unavailable
from minigram.databases.node import Node, NodeTransaction
from minigram.databases.sharded.map import Place
from minigram.databases.sharded.refusal import Refusal
from minigram.databases.sharded.routes import Routes, moving

AT_ONCE = 0.5
"""Seconds within which a connection that has ended before says so."""


class ShardTransaction:
    """What is done in the caller's block cannot be done again elsewhere. So it begins with its first statement: where
    that is refused, nothing has been done yet, and it begins where the shard lies now. Later statements can be refused
    only in a transaction that a move did not wait for; then it is Unavailable, and nothing of it is kept.

    `shard` is the shard's number, `place` where the transaction began.
    """

    place: Place

    def __init__(self, shard: int, routes: Routes, ending: ExitStack) -> None:
        """It ends with `ending`."""
        self.shard, self._routes, self._ending = shard, routes, ending
        self._transaction: NodeTransaction | None = None

    def execute(self, statement: Executable) -> Rows:
        if self._transaction is None:
            return self._routes.ask(self.shard, lambda node, place: self._first(node, place, statement))
        try:
            return self._transaction.execute(statement)
        except Refusal as error:
            self._routes.map.doubt()
            raise moving(error, self.shard) from error

    def after_commit(self, then: Callable[[], None]) -> None:
        if self._transaction is None:
            raise RuntimeError("nothing has been done in this transaction yet: no commit will come")
        self._transaction.after_commit(then)

    def _first(self, node: Node, place: Place, statement: Executable) -> Rows:
        begun = time.monotonic()
        try:
            return self._begin(node, place, statement)
        except Unavailable as error:
            # A pooler or a server that was restarted has ended connections that nobody used just then. That is told at
            # once, and nothing of the transaction has been kept. Who was told late has waited long enough.
            ended = isinstance(error.__cause__, DBAPIError) and error.__cause__.connection_invalidated
            if not ended or time.monotonic() - begun > AT_ONCE:
                raise
        return self._begin(node, place, statement)

    def _begin(self, node: Node, place: Place, statement: Executable) -> Rows:
        with ExitStack() as begun:
            transaction = begun.enter_context(node.begin(place.schema))
            rows = transaction.execute(statement)
            self._transaction, self.place = transaction, place
            self._ending.push(begun.pop_all())
        return rows
