"""The cut-over: the source lets nobody in any more, and the target has everything.

Who writes waits meanwhile, and then meets a refusal. If it takes too long, because a transaction does not end or an
event is not handed over, everybody goes on as before, and it is tried again later.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from psycopg import errors, sql

from minigram.databases.ids import PER_MILLISECOND
from minigram.databases.sharded.moving.copying import POLL, follows_closely
from minigram.databases.sharded.moving.moves import Move
from minigram.databases.sharded.moving.site import Connection, Q, Site, connect, names

HELD = 0.5
"""Seconds for which writers are held at most."""
STILL = 0.3
"""Seconds after which the source lets them go if the mover says nothing more: it may have died, or stand still."""
MARGIN = 4 * PER_MILLISECOND
"""How much further the target's sequences go on."""


class Busy(Exception):
    """Not now: what stands in the way."""


def refuse(move: Move, source: Site, target: Site, attempt: int) -> float:
    """The source refuses the shard, and the target has all of it. When writers began to wait, by time.monotonic().

    Raises Busy where that cannot be had now, and then nothing has changed.
    """
    _quiet(move, source, target)
    tables = source.tables(move.schema)
    # Most transactions write to a table and then look at what it points at; some go the other way, such as a deletion
    # that cascades. Against those we would deadlock each time, so every other attempt goes their way.
    with _held(move, source, tables if attempt % 2 == 0 else tables[::-1]) as held:
        _same(move, held.connection, source, target, held.end)
        _withdraw(held.connection, move.schema, source.owner(move.schema))
    return held.begun


def admit(move: Move, target: Site) -> None:
    """The target lets the app in, and takes nothing more from the source."""
    owner = target.owner(move.schema)
    with target.transaction() as connection:
        # It is an error if this subscription is there no more: somebody else has gone on meanwhile, then.
        connection.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(Q(move.name)))
        _grant(connection, move.schema, owner)


def give_back(move: Move, source: Site) -> None:
    """The source lets the app in again."""
    owner = source.owner(move.schema)
    with source.transaction() as connection:
        _grant(connection, move.schema, owner)


class _Held:
    def __init__(self, connection: Connection) -> None:
        self.connection, self.begun = connection, time.monotonic()
        self.end = self.begun + HELD


@contextmanager
def _held(move: Move, source: Site, tables: Sequence[str]) -> Iterator[_Held]:
    """A transaction at the source during which nobody writes to the shard, and nobody draws ids.

    What has begun before it comes to its end first. What comes later waits, and looks again whether it is let in.
    """
    sequences = [name for (name,) in source.ask(_SEQUENCES, move.schema)]
    owner = source.owner(move.schema)
    with source.answering(), connect(source.url) as connection:
        for setting, seconds in (
            ("statement_timeout", HELD),
            ("idle_in_transaction_session_timeout", STILL),
            ("deadlock_timeout", 0.02),  # whoever finds a deadlock gives way: that shall be us
        ):
            connection.execute("SELECT set_config(%s, %s, false)", [setting, f"{int(seconds * 1000)}ms"])
        held = _Held(connection)
        try:
            with connection.transaction():
                connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(names(move.schema, tables)))
                for name in sequences:  # there is no LOCK SEQUENCE; this changes nothing, and takes the lock
                    same = sql.SQL("ALTER SEQUENCE {} OWNER TO {}").format(Q(move.schema, name), Q(owner))
                    connection.execute(same)
                yield held
        except (errors.QueryCanceled, errors.LockNotAvailable) as error:
            raise Busy(f"a transaction did not end within {HELD:g} s") from error
        except errors.DeadlockDetected as error:
            raise Busy("a transaction and we were waiting for each other") from error
        except errors.IdleInTransactionSessionTimeout as error:
            raise Busy(f"another server took more than {STILL:g} s to answer") from error


def _quiet(move: Move, source: Site, target: Site) -> None:
    """Little is missing at the target, and nothing waits in the outbox: else writers would be held for longer."""
    if not follows_closely(move, source):
        target.ask("SELECT 1")  # if it is away, that is what there is to say
        raise Busy(f"{target.name} is behind {source.name}; its log may say why")
    if source.ask(_WAITING, move.shard):
        raise Busy("events of the shard wait in the outbox")


def _same(move: Move, held: Connection, source: Site, target: Site, end: float) -> None:
    """The target has all rows, goes on with the sequences where the source's stand, and its clock is not behind."""
    # A word of our own is behind the commits of everybody else: what is known to be there up to it is everything.
    until = source.one("SELECT pg_logical_emit_message(true, 'minigram', %s)::text", move.name)
    while not source.one("SELECT bool_or(confirmed_flush_lsn >= %s::pg_lsn) FROM pg_replication_slots"
                         " WHERE slot_name = %s", until, move.name):  # fmt: skip
        _go_on(held, end, "the target has not caught up")
    while waiting := source.ask(_WAITING, move.shard):
        if any(at in ("every", move.schema) for (at,) in waiting):
            raise Busy("an event of the shard waits for the shard itself")
        _go_on(held, end, "an event of the shard was not handed over")
    for name, last in held.execute(_LAST, [move.schema]).fetchall():
        target.ask("SELECT setval(format('%%I.%%I', %s::text, %s::text), %s)", move.schema, name, (last or 0) + MARGIN)
    (now,) = held.execute("SELECT clock_timestamp()").fetchone() or (None,)
    while not target.one("SELECT clock_timestamp() > %s", now):
        _go_on(held, end, f"the clock of {target.name} is behind that of {source.name}, so ids would go back")


def _go_on(held: Connection, end: float, otherwise: str) -> None:
    if time.monotonic() > end:
        raise Busy(otherwise)
    held.execute("SELECT")  # we are still here
    time.sleep(POLL / 10)


def _withdraw(connection: Connection, schema: str, owner: str) -> None:
    """Names in the schema can be looked up no more, not even by its owner; what has looked one up and waits for a lock
    looks again. Who waits to draw an id has called the function already, and is refused by the sequence."""
    connection.execute(sql.SQL("REVOKE USAGE ON SCHEMA {} FROM {}").format(Q(schema), Q(owner)))
    connection.execute(sql.SQL("REVOKE ALL ON ALL SEQUENCES IN SCHEMA {} FROM {}").format(Q(schema), Q(owner)))


def _grant(connection: Connection, schema: str, owner: str) -> None:
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(Q(schema), Q(owner)))
    connection.execute(sql.SQL("GRANT ALL ON ALL SEQUENCES IN SCHEMA {} TO {}").format(Q(schema), Q(owner)))


_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = %s ORDER BY sequencename"
_LAST = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s"
_WAITING = "SELECT at FROM public.outbox WHERE shard = %s"
