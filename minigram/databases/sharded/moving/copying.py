"""The rows of a shard, copied and followed: a publication and a slot at the source, a subscription at the target."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from minigram.databases.sharded.moving.moves import Move
from minigram.databases.sharded.moving.site import Connection, Q, Site, Stopped, connect, names

POLL = 0.02
"""Seconds between two looks at what is waited for."""
LITTLE = 256 * 1024
"""Bytes of WAL that the target may be behind when writers begin to wait."""


def prepare(move: Move, source: Site, target: Site, create: Iterable[str]) -> None:
    """The schema at the target, which lets nobody in before it is known. `create` are the statements that make it."""
    if target.schema(move.schema):
        if not _made(move, target):
            raise Stopped(f"{target.name} has a schema {move.schema} that is not this move's")
        return
    owner = source.owner(move.schema)
    with target.transaction() as connection:
        connection.execute(sql.SQL("SET LOCAL SESSION AUTHORIZATION {}").format(Q(owner)))
        for statement in create:
            connection.execute(statement.encode())
        connection.execute("RESET SESSION AUTHORIZATION")
        connection.execute(sql.SQL("REVOKE USAGE ON SCHEMA {} FROM {}").format(Q(move.schema), Q(owner)))
        comment = sql.SQL("COMMENT ON SCHEMA {} IS {}").format(Q(move.schema), sql.Literal(move.name))
        connection.execute(comment)


def publish(move: Move, source: Site) -> None:
    """Which changes the target is to be told of."""
    if nameless := source.ask(_WITHOUT_KEY, move.schema):
        # A table that is published and whose rows nothing identifies refuses every UPDATE and DELETE.
        raise Stopped(
            f"the table {nameless[0][0]} of {move.schema} has no primary key, so its changes cannot be copied"
        )
    if not source.ask("SELECT 1 FROM pg_publication WHERE pubname = %s", move.name):
        # Each table by its name: FOR TABLES IN SCHEMA is newer than PostgreSQL 14.
        tables = names(move.schema, source.tables(move.schema))
        source.ask(sql.SQL("CREATE PUBLICATION {} FOR TABLE {}").format(Q(move.name), tables))


def copy(move: Move, source: Site, target: Site, patience: float) -> None:
    """The target has the rows of one moment, and follows what has changed since: both, or nothing.

    A subscription can copy the rows itself (copy_data), with a slot more for each table. It is not used: a server that
    is killed when such a slot has just been dropped asks for it for ever (PostgreSQL 15.18).
    """
    if _subscribed(move, target):
        if source.ask("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", move.name):
            return
        _unsubscribe(move, target)
    _drop_slot(move, source)  # of a mover that was killed here
    try:
        with _moment(move, source, patience) as snapshot, source.transaction() as reading:
            reading.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            reading.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
            tables = source.tables(move.schema)
            with target.transaction() as writing:
                for setting in _DISCREET:
                    writing.execute(setting)
                writing.execute("SET LOCAL session_replication_role = replica")  # the source has checked the keys
                writing.execute(sql.SQL("TRUNCATE {}").format(names(move.schema, tables)))
                for table in tables:
                    _rows(Q(move.schema, table), reading, writing)
                writing.execute(sql.SQL("ANALYZE {}").format(names(move.schema, tables)))
                writing.execute(_subscription(move, source, target))
    except BaseException:
        with suppress(Stopped):
            _drop_slot(move, source)
        raise


def catch_up(move: Move, source: Site, target: Site, patience: float) -> None:
    """Wait until little of what has changed since is missing at the target."""
    end = time.monotonic() + patience
    while not follows_closely(move, source):
        target.ask("SELECT 1")  # if it is away, that is what there is to say
        if time.monotonic() > end:
            raise Stopped(f"waited {patience:g} s in vain until {target.name} follows {source.name}; its log says why")
        time.sleep(POLL)


def follows_closely(move: Move, source: Site) -> bool:
    """Whether the target is connected, and has all but a little."""
    behind = source.ask(_BEHIND, move.name)
    return bool(behind) and behind[0][0] <= LITTLE


def readdress(move: Move, source: Site, target: Site) -> None:
    """The target follows the source, also where that was started again at another address."""
    where = _address(source)
    if target.one("SELECT subconninfo FROM pg_subscription WHERE subname = %s", move.name) != where:
        with target.transaction() as connection:
            for setting in _DISCREET:
                connection.execute(setting)
            change = sql.SQL("ALTER SUBSCRIPTION {} CONNECTION {}").format(Q(move.name), sql.Literal(where))
            connection.execute(change)


def end(move: Move, source: Site, target: Site) -> None:
    """Neither slot nor subscription are left. A slot that nobody reads keeps the source's disk filling: it goes even if
    the target is away, and Stopped is raised after that."""
    with suppress(Stopped):
        if _subscribed(move, target):
            target.ask(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(Q(move.name)))
    _drop_slot(move, source)
    if _subscribed(move, target):
        _unsubscribe(move, target)


def remove(move: Move, target: Site) -> None:
    """The target has nothing of the shard any more, if it had it from this move."""
    if _made(move, target):
        target.ask(sql.SQL("DROP SCHEMA {} CASCADE").format(Q(move.schema)))


@contextmanager
def _moment(move: Move, source: Site, patience: float) -> Iterator[str]:
    """The name of a snapshot of the source, from which on a slot keeps all changes; it can be taken up in the block."""
    url = make_conninfo(source.url, replication="database", options=f"-c lock_timeout={int(patience * 1000)}")
    with source.answering(), connect(url) as connection:
        # Of the replication protocol psycopg knows nothing; but a client's cursor sends what it is given.
        slot = sql.SQL("CREATE_REPLICATION_SLOT {} LOGICAL pgoutput EXPORT_SNAPSHOT").format(Q(move.name))
        try:
            found = psycopg.ClientCursor(connection).execute(slot).fetchone()
        except errors.LockNotAvailable as error:
            raise Stopped(f"a transaction on {source.name} did not end within {patience:g} s") from error
        assert found is not None
        yield str(found[2])


def _rows(table: sql.Identifier, reading: Connection, writing: Connection) -> None:
    out, into = (sql.SQL("COPY {} " + way + " (FORMAT binary)").format(table) for way in ("TO STDOUT", "FROM STDIN"))
    with reading.cursor().copy(out) as rows, writing.cursor().copy(into) as taken:
        for row in rows:
            taken.write(row)


def _subscription(move: Move, source: Site, target: Site) -> sql.Composed:
    options = "create_slot = false, slot_name = {slot}, copy_data = false, synchronous_commit = on"
    if target.one("SELECT current_setting('server_version_num')::int") >= 160_000:
        options += ", run_as_owner = true"  # else it acts as the app, which is not let in
    return sql.SQL("CREATE SUBSCRIPTION {name} CONNECTION {where} PUBLICATION {name} WITH (" + options + ")").format(
        name=Q(move.name), where=sql.Literal(_address(source)), slot=sql.Literal(move.name)
    )


def _drop_slot(move: Move, source: Site, within: float = 30.0) -> None:
    end = time.monotonic() + within
    while found := source.ask("SELECT active_pid FROM pg_replication_slots WHERE slot_name = %s", move.name):
        if found[0][0] is None:
            with suppress(errors.ObjectInUse, errors.UndefinedObject):
                source.ask("SELECT pg_drop_replication_slot(%s)", move.name)
        else:  # the target notices within a second that it is to end; or it is away, or stands still
            source.ask("SELECT pg_terminate_backend(%s)", found[0][0])
        if time.monotonic() > end:
            raise Stopped(f"waited {within:g} s in vain until {source.name} has dropped its slot")
        time.sleep(POLL)


def _subscribed(move: Move, target: Site) -> bool:
    return bool(target.ask("SELECT 1 FROM pg_subscription WHERE subname = %s", move.name))


def _unsubscribe(move: Move, target: Site) -> None:
    with target.transaction() as connection:
        connection.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(Q(move.name)))
        connection.execute(sql.SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(Q(move.name)))
        connection.execute(sql.SQL("DROP SUBSCRIPTION {}").format(Q(move.name)))


def _made(move: Move, target: Site) -> bool:
    """Whether this move has made the target's schema."""
    comment = target.one("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", move.schema)
    return bool(comment == move.name)


def _address(source: Site) -> str:
    """Where another server reaches it: in a container, that is another address than ours."""
    ((host, port),) = source.ask("SELECT host(inet_server_addr()), inet_server_port()")
    known = conninfo_to_dict(source.url)
    return make_conninfo(
        host=host, port=port, user=known["user"], password=known["password"], dbname=known["dbname"], connect_timeout=5
    )


_DISCREET = (
    # The statement holds a password: it is kept neither in the log nor in the statistics.
    "SET LOCAL log_statement = 'none'",
    "SET LOCAL log_min_duration_statement = -1",
    "SET LOCAL log_min_error_statement = 'panic'",
    "SET LOCAL pg_stat_statements.track_utility = off",
)
_WITHOUT_KEY = """
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'
AND NOT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = pg_class.oid AND indisprimary) ORDER BY relname
"""
_BEHIND = """
SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) FROM pg_replication_slots
WHERE slot_name = %s AND active
"""
