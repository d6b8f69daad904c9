"""Asking one server of a group, as the superuser; every question is bounded in time."""

import time
from collections.abc import Callable
from typing import LiteralString
from urllib.parse import unquote, urlsplit

import psycopg

from minigram.databases.replicated.position import Lsn

Connection = psycopg.Connection[tuple[object, ...]]


class Refused(Exception):
    """This change would lose what was acknowledged, or cannot be made now. The message says why and what to do."""


def connect(url: str) -> Connection:
    """Bounded: a server that stands still is given two seconds."""
    return psycopg.connect(url, autocommit=True, connect_timeout=2)


def value(connection: Connection, query: LiteralString, *values: object) -> object:
    """The first column of the first row."""
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return row[0]


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


def read_only(url: str) -> bool:
    """Whether it takes no writes from who comes now."""
    with connect(url) as comer:
        return value(comer, "SHOW default_transaction_read_only") == "on"


def received(url: str) -> Lsn | None:
    """How much of the WAL a replica has; None where it does not answer, or is none."""
    try:
        with connect(url) as connection:
            has = "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::text WHERE pg_is_in_recovery()"
            row = connection.execute(has).fetchone()
            return Lsn.parse(str(row[0])) if row else None
    except psycopg.OperationalError:
        return None


def leads(url: str) -> bool:
    """Whether it takes itself for a primary. Raises psycopg.Error where it does not answer."""
    with connect(url) as connection:
        return not value(connection, "SELECT pg_is_in_recovery()")


def is_primary(url: str) -> bool:
    """Whether it answers, and takes itself for a primary."""
    try:
        return leads(url)
    except psycopg.OperationalError:
        return False
