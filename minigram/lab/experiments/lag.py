"""Lag on demand: a replica that applies what it gets later, or not at all, or gets nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import psycopg

from minigram.databases.replicated.asking import connect, value, wait


class Reachable(Protocol):
    """A server that runs, as whoever operates it reaches it."""

    @property
    def admin_url(self) -> str: ...


@contextmanager
def lagging(replica: Reachable, milliseconds: int) -> Iterator[None]:
    """During the block each commit is applied so many milliseconds after it was made."""
    _set(replica, "recovery_min_apply_delay", f"{milliseconds}ms")
    try:
        yield
    finally:
        _set(replica, "recovery_min_apply_delay", "0")


@contextmanager
def holding(replica: Reachable) -> Iterator[None]:
    """During the block the replica gets what is written, and applies nothing."""
    with connect(replica.admin_url) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
        wait("the replica holds", lambda: value(connection, "SELECT pg_get_wal_replay_pause_state()") == "paused")
    try:
        yield
    finally:
        with connect(replica.admin_url) as connection:
            connection.execute("SELECT pg_wal_replay_resume() WHERE pg_is_in_recovery()")


def cut(replica: Reachable) -> None:
    """From now on the replica gets nothing, as when the network between the two is gone."""
    _set(replica, "primary_conninfo", "")
    with connect(replica.admin_url) as connection:
        wait("the stream has ended", lambda: not value(connection, "SELECT count(*) FROM pg_stat_wal_receiver"))


def _set(replica: Reachable, setting: str, to: str) -> None:
    with connect(replica.admin_url) as connection:
        change = psycopg.sql.SQL("ALTER SYSTEM SET {} = {}")
        connection.execute(change.format(psycopg.sql.Identifier(setting), psycopg.sql.Literal(to)))
        before = value(connection, "SELECT pg_conf_load_time()")
        connection.execute("SELECT pg_reload_conf()")
        wait("the setting is known", lambda: value(connection, "SELECT pg_conf_load_time()") != before)
