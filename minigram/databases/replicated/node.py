"""A primary and its replicas, as one node: writes go to the primary, reads to a replica that is fresh enough.

**Own writes.** After a commit the position of the primary's WAL is kept as the session's mark, and a read goes to a
replica only when that has replayed it. Most reads need no look: what a replica was once seen to have, it has.

**No way back.** A replica never goes back, so a session that keeps to one replica never sees an older state than
before, and that costs nothing. When it has to leave it (the replica is away, or behind the session's mark), the
primary's position of that moment becomes its mark: it is at or behind everything that any replica has shown.

Reads of `fresh` are for deciding, not for showing: the primary answers, and they leave no mark.
"""

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy

import psycopg
from sqlalchemy import Table

from minigram.databases import Rows, Unavailable
from minigram.databases.node import Node, NodeTransaction
from minigram.databases.replicated.position import Mark
from minigram.databases.replicated.roles import Group, Roles
from minigram.databases.replicated.session import Session, current

Values = Mapping[str, object] | Sequence[object]

PATIENCE = 0.02
"""Seconds that a read waits for a replica to catch up, before it goes to the primary."""
PROMOTING = 5.0
"""Seconds that a write waits for a promotion that is under way."""
AVOIDED = 1.0
"""Seconds for which a replica that did not answer is not asked again."""


class ReplicatedNode(Node):
    """`urls` are where the group's members are reached, by name; `prepare` is as for each Node.

    With a `patience` of 0, a read that finds its replica behind goes to the primary at once.
    """

    def __init__(
        self,
        group: str,
        urls: Mapping[str, str],
        roles: Roles,
        prepare: bool = True,
        patience: float = PATIENCE,
    ) -> None:
        self._group, self._roles, self._patience = group, roles, patience
        self._nodes = {name: Node(url, prepare=prepare) for name, url in urls.items()}
        self._replayed: dict[str, Mark] = {}
        self._avoided: dict[str, float] = {}
        self._only_primary = False

    @property
    def fresh(self) -> Node:
        """The same group, with all reads answered by the primary."""
        same = copy(self)
        same._only_primary = True
        return same

    def read(self, query: bytes, values: Values) -> Rows:
        """The rows of one statement that only reads, as fresh as the current session needs them."""
        if self._only_primary:
            return self._read_primary(query, values)
        group, session = self._roles.of(self._group), current()
        for replica in self._choice(group, session):
            try:
                if self._suits(replica, session):
                    return self._nodes[replica].read(query, values)
                break  # behind: others are as well
            except (psycopg.ProgrammingError, psycopg.InternalError):
                break  # it refuses what the primary may grant by now, or it is not for a replica, as `nextval`
            except Unavailable:
                self._replayed.pop(replica, None)
                self._avoided[replica] = time.monotonic() + AVOIDED
        rows = self._read_primary(query, values)
        if session is not None:
            self._seen_on_primary(group, session)
        return rows

    @contextmanager
    def begin(self, schema: str | None = None) -> Iterator[NodeTransaction]:
        """A transaction on the primary.

        Raises Unavailable at the end as well, when another primary was promoted meanwhile: then what was committed here
        may not be kept, and is not acknowledged.
        """
        generation, primary = self._primary()
        with self._nodes[primary].begin(schema) as transaction:
            yield transaction
            following, transaction.then = transaction.then, []
        self._committed(generation)
        with ExitStack() as calling:
            for then in reversed(following):
                calling.callback(then)

    def copy(
        self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]], schema: str = "public"
    ) -> None:
        """As a Node's, on the primary."""
        generation, primary = self._primary()
        self._nodes[primary].copy(table, columns, rows, schema)
        self._committed(generation)

    def close(self) -> None:
        for node in self._nodes.values():
            node.close()

    def _read_primary(self, query: bytes, values: Values) -> Rows:
        return self._nodes[self._primary()[1]].read(query, values)

    def _primary(self) -> tuple[int, str]:
        """The generation and its primary; waits while one is being promoted."""
        end = time.monotonic() + PROMOTING
        while True:
            group = self._roles.of(self._group)
            if group.primary is not None:
                return group.generation, group.primary
            if time.monotonic() > end:
                raise Unavailable(f"the group '{self._group}' has no primary at the moment")
            time.sleep(0.01)

    def _position(self) -> Mark:
        return Mark.of(self._read_primary(Mark.OF_PRIMARY, {}))

    def _committed(self, generation: int) -> None:
        # Asked after the commit: a former primary that was asleep may have committed after another took its place.
        if self._roles.of(self._group).generation != generation:
            raise Unavailable(f"another primary of '{self._group}' has taken over: this may not have been kept")
        if (session := current()) is not None:
            session.needs(self._group, self._position())

    def _seen_on_primary(self, group: Group, session: Session) -> None:
        if group.replicas:  # asked after the read: what was read is before it
            session.needs(self._group, self._position())
        elif group.primary is not None and session.place(self._group).at != group.primary:
            session.moves(self._group, group.primary)  # it keeps to that one, until there are replicas again

    def _choice(self, group: Group, session: Session | None) -> Iterator[str]:
        """The replicas to ask, in this order. A session that has to leave its own gets the mark that this needs."""
        now = time.monotonic()
        there = [name for name in group.replicas if self._avoided.get(name, 0.0) < now]
        if session is None:
            yield from random.sample(there, len(there))
            return
        at = session.place(self._group).at or session.order([name for name in self._nodes if name != self._group])[0]
        if at in there:
            yield at
        for other in session.order([name for name in there if name != at]):
            session.needs(self._group, self._position())
            session.moves(self._group, other)
            yield other

    def _suits(self, replica: str, session: Session | None) -> bool:
        """Whether the replica has what the session needs, now or after some patience."""
        mark = session.place(self._group).mark if session is not None else None
        if mark is None:
            return True
        end, pause = time.monotonic() + self._patience, 0.0001
        while (known := self._replayed.get(replica)) is None or known < mark:
            self._replayed[replica] = known = Mark.of(self._nodes[replica].read(Mark.OF_REPLICA, {}))
            if known < mark:
                if time.monotonic() + pause > end:
                    return False
                time.sleep(pause)
                pause *= 1.5
        return True
