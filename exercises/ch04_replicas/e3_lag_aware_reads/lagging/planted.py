"""Replicas that lag because the judge makes them: as the superuser, with PostgreSQL's own means."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

import psycopg
from psycopg import sql

from exercises.ch04_replicas.e3_lag_aware_reads.lagging import Talk
from exercises.ch04_replicas.e3_lag_aware_reads.stage import PRIMARY, REPLICAS
from minigram.course.judge import Staged, Unclear
from minigram.course.judge.trouble import Trouble

WITHIN = 10.0
"""Seconds for a replica to do as it is told."""

Superuser = psycopg.Connection[tuple[object, ...]]


@contextmanager
def paused(case: Staged, names: Sequence[str]) -> Iterator[None]:
    """These replicas get all that is written, and show nothing of it; afterwards they have caught up."""
    with ExitStack() as ending:
        ending.callback(caught_up, case, names)
        for name in names:
            replica = ending.enter_context(_superuser(case, name))
            ending.callback(replica.execute, "SELECT pg_wal_replay_resume()")
            replica.execute("SELECT pg_wal_replay_pause()")
            _until(replica, "SELECT pg_get_wal_replay_pause_state() = 'paused'", f"{name} pauses")
        yield


@contextmanager
def set_to(case: Staged, names: Sequence[str], setting: str, value: str) -> Iterator[None]:
    """These replicas have another setting during the block; afterwards they have caught up.

    With recovery_min_apply_delay they show everything so much later, without primary_conninfo they get nothing more.
    """
    with ExitStack() as ending:
        ending.callback(caught_up, case, names)
        for name in names:
            replica = ending.enter_context(_superuser(case, name))
            before = str(_ask(replica, f"SHOW {setting}"))
            ending.callback(_set, replica, setting, before)
            _set(replica, setting, value)
            if setting == "primary_conninfo":
                _until(replica, "SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)", f"{name} is cut off")
        yield


def caught_up(case: Staged, names: Sequence[str] = REPLICAS) -> None:
    """Return once these replicas have what the primary has now."""
    with _superuser(case, PRIMARY) as primary:
        goal = str(_ask(primary, "SELECT pg_current_wal_flush_lsn()::text"))
    for name in names:
        with _superuser(case, name) as replica:
            _until(replica, f"SELECT pg_last_wal_replay_lsn() >= '{goal}'", f"{name} has caught up")


@contextmanager
def being_written(talk: Talk) -> Iterator[None]:
    """Somebody comments all the time, without the app."""
    row = "INSERT INTO s0000.comments (photo_id, person_id, text) VALUES (%s, 1, 'so green')"
    url = talk.case.running.servers[PRIMARY].url
    with psycopg.connect(url, autocommit=True) as owner, again_and_again(lambda: owner.execute(row, [talk.photo])):
        yield


@contextmanager
def being_read(talk: Talk) -> Iterator[None]:
    """Others read all the time, through both web processes."""
    with again_and_again(lambda: talk.reads(2)):
        yield


@contextmanager
def again_and_again(deed: Callable[[], object]) -> Iterator[None]:
    """Somebody does it all the time, from before the block begins until it ends; trouble with it is not noted here."""
    over, begun = threading.Event(), threading.Event()

    def do() -> None:
        while not over.wait(0.05):
            with suppress(Trouble):
                deed()
            begun.set()

    doing = threading.Thread(target=do, name="others", daemon=True)
    doing.start()
    try:
        begun.wait(WITHIN)
        yield
    finally:
        over.set()
        doing.join()


def _superuser(case: Staged, name: str) -> Superuser:
    return psycopg.connect(case.running.servers[name].admin_url, autocommit=True, connect_timeout=5)


def _set(server: Superuser, setting: str, value: str) -> None:
    server.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(setting), sql.Literal(value)))
    server.execute("SELECT pg_reload_conf()")


def _ask(server: Superuser, question: str) -> object:
    row = server.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def _until(server: Superuser, holds: str, what: str) -> None:
    end = time.monotonic() + WITHIN
    while not _ask(server, holds):
        if time.monotonic() > end:
            raise Unclear(f"within {WITHIN:g} s it was not so that {what}")
        time.sleep(0.005)
