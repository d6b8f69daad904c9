"""Asking one server of a group, as the superuser; every question is bounded in time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString
from urllib.parse import unquote, urlsplit

import psycopg

from minigram.databases.patience import SECONDS, BoundedConnection
from minigram.databases.replicated.position import Lsn

Connection = psycopg.Connection[tuple[object, ...]]


class Refused(Exception):
    """This change would lose what was acknowledged, or cannot be made now. The message says why and what to do."""


@dataclass(frozen=True)
class State:
    """What a server takes itself for: whether it is a primary, takes no writes from who comes now, and the replicas of
    which commits wait for one, as PostgreSQL writes it."""

    leads: bool
    fenced: bool
    waits_for: str


def state(url: str) -> State:
    """As of now. Raises psycopg.OperationalError where it does not answer."""
    with connect(url) as connection:
        row = connection.execute(_STATE).fetchone()
    assert row is not None
    leads, fenced, waits_for = row
    return State(leads is True, fenced is True, str(waits_for))


def connect(url: str, patience: float = SECONDS) -> Connection:
    """Bounded: a server that stands still is given two seconds, and then each of its answers the `patience`."""
    connection = BoundedConnection.connect(url, autocommit=True, connect_timeout=2)
    connection.patience = patience
    return connection


def value(connection: Connection, query: LiteralString, *values: object) -> object:
    """The first column of the first row."""
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return row[0]


def committed(primary: Connection) -> str:
    """A position in the primary's WAL: a replica that has replayed it shows everything that was committed before.

    What is on its disk may end within a record of a transaction that goes on, and no replica shows that before the rest
    is written, which somebody's commit does. So we commit something.
    """
    primary.execute("SET synchronous_commit = local")  # there may be no replica to wait for
    # whoever is no primary refuses to say how far its disk is
    said = value(primary, "SELECT pg_logical_emit_message(true, 'minigram', '') FROM pg_current_wal_flush_lsn()")
    return str(said)


def wait(what: str, holds: Callable[[], object], within: float = 5.0) -> None:
    """Raises Refused, with what was waited for, where it does not hold in time."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            raise Refused(f"waited {within:g} s in vain until {what}")
        time.sleep(0.005)


def conninfo(url: str) -> str:
    """How a replica connects to the primary at `url`."""
    at = urlsplit(url)
    return psycopg.conninfo.make_conninfo(
        host=at.hostname, port=at.port, user=at.username, password=unquote(at.password or "")
    )


def received(url: str) -> Lsn | None:
    """How much of the WAL a replica has; None where it does not answer, is none, or cannot tell yet: as long as it
    replays what is on its own disk, it has more than it says."""
    try:
        with connect(url) as connection:
            has = "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::text"
            has += " WHERE pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS NOT NULL"
            row = connection.execute(has).fetchone()
            return Lsn.parse(str(row[0])) if row else None
    except psycopg.OperationalError:
        return None


def answers(url: str) -> bool:
    """Whether it does."""
    try:
        state(url)
        return True
    except psycopg.OperationalError:
        return False


def is_primary(url: str) -> bool:
    """Whether it answers, and takes itself for a primary."""
    try:
        return state(url).leads
    except psycopg.OperationalError:
        return False


_STATE = """
SELECT NOT pg_is_in_recovery(), current_setting('default_transaction_read_only')::bool,
    current_setting('synchronous_standby_names')
"""
