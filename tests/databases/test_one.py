"""What the door to PostgreSQL promises where all homes are one."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import ARRAY, BigInteger, Insert, any_, bindparam, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from minigram.databases import Unavailable
from minigram.databases.one import OneDatabase
from minigram.directory import handles
from minigram.lab.counters import counting
from minigram.lab.running import Running
from tests.databases.blocks import fail, transaction
from tests.servers.standing_still import only_the_first_waits

ALL = select(handles.c.handle).order_by(handles.c.handle)
MINE = (
    select(handles.c.person_id.label("id"), handles.c.handle)
    .where(handles.c.person_id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    .order_by(handles.c.person_id.desc())
    .limit(3)
)


@pytest.fixture
def database(bench: Running) -> Iterator[OneDatabase]:
    found = OneDatabase(bench.servers["main"].url, connections=4)
    with found.begin() as tx:
        tx.execute(text("TRUNCATE handles"))
    yield found
    found.close()


def names(database: OneDatabase) -> list[str]:
    return [row.handle for row in database.read(ALL)]


def add(name: str, person: int = 1) -> Insert:
    return insert(handles).values(handle=name, person_id=person)


def test_what_ends_well_is_kept_and_what_raises_is_not(database: OneDatabase) -> None:
    """A block is one transaction: all of it is there afterwards, or none, and the exception comes through as it was."""
    with database.begin() as tx:
        tx.execute(add("ann"))
        tx.execute(add("ben"))
        assert names(database) == [], "nobody else sees it before it is committed"
    assert names(database) == ["ann", "ben"]
    with pytest.raises(ZeroDivisionError):
        transaction(database, add("carla"), then=fail)
    assert names(database) == ["ann", "ben"]


def test_a_constraint_that_refuses_is_told_as_that(database: OneDatabase) -> None:
    """IntegrityError, nothing is kept, and the connection is good for the next."""
    with pytest.raises(IntegrityError):
        transaction(database, add("ann"), add("ann"))
    assert names(database) == []


def test_what_follows_a_commit_comes_after_it_and_only_then(database: OneDatabase) -> None:
    """In order, when others can see what was written; never after a rollback; all of them, though one fails."""
    seen: list[object] = []
    with database.begin() as tx:
        tx.execute(add("ann"))
        tx.after_commit(lambda: seen.append(names(database)))
        tx.after_commit(lambda: seen.append("second"))
    assert seen == [["ann"], "second"]
    with pytest.raises(ZeroDivisionError):
        transaction(database, after=[lambda: seen.append("never")], then=fail)
    assert seen[2:] == []
    with pytest.raises(ZeroDivisionError):
        transaction(database, add("ben"), after=[fail, lambda: seen.append("third")])
    assert seen[2:] == ["third"] and names(database) == ["ann", "ben"]


def test_a_read_is_one_statement_and_nothing_else(bench: Running, database: OneDatabase) -> None:
    """No BEGIN, no ROLLBACK, no ping: counted by PostgreSQL."""
    names(database)
    with counting(bench.servers) as counted:
        for _ in range(5):
            names(database)
    assert not counted.doubts
    assert (counted["main"]["statements"], counted["main"]["control"]) == (5, 0)


def test_each_asks_once_with_all_ids_and_not_at_all_with_none(bench: Running, database: OneDatabase) -> None:
    """At most `limit` rows, those with the greatest id first."""
    with database.begin() as tx:
        for person in range(1, 8):
            tx.execute(add(f"p{person}", person))
    with counting(bench.servers) as counted:
        assert [row.id for row in database.each([1, 3, 5, 7, 99], MINE, limit=3)] == [7, 5, 3]
        assert [row.id for row in database.each([1, 3, 5], MINE, limit=2)] == [5, 3]
        assert database.each([], MINE, limit=3) == []
    assert counted["main"]["statements"] == 2


def test_a_server_that_was_restarted_is_noticed_by_nobody_who_reads(bench: Running, database: OneDatabase) -> None:
    """Down, it is Unavailable within seconds, to read and to write; up again, it serves as before."""
    with database.begin() as tx:
        tx.execute(add("ann"))
    bench.servers["main"].kill()
    try:
        with pytest.raises(Unavailable):
            names(database)
        with pytest.raises(Unavailable), database.begin() as tx:
            tx.execute(add("ben"))
    finally:
        bench.servers["main"].start()
    assert names(database) == ["ann"]
    with database.begin() as tx:
        tx.execute(add("carla"))
    assert names(database) == ["ann", "carla"]


def test_no_write_meets_a_connection_of_before_a_restart(bench: Running, database: OneDatabase) -> None:
    """Four write at once, so there are four connections; after a restart one reads, four write again: none fails."""
    together = threading.Barrier(4)

    def write(number: int) -> None:
        with database.begin() as tx:
            together.wait(10)
            tx.execute(add(f"n{number}", number))

    for number in (0, 4):
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(write, range(number, number + 4)))
        bench.servers["main"].kill()
        bench.servers["main"].start()
        assert names(database) == [f"n{n}" for n in range(number + 4)]


def test_no_write_meets_a_connection_that_was_ended_with_a_last_word(bench: Running, database: OneDatabase) -> None:
    """An administrator ends it, or the server says that it goes: the word and the end lie in the socket."""
    transaction(database, add("ann"))
    with psycopg.connect(bench.servers["main"].admin_url, autocommit=True) as admin:
        ended = admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'minigram'")
        assert (True,) in ended.fetchall()
    transaction(database, add("ben"))
    assert names(database) == ["ann", "ben"]


def test_connections_are_bounded_and_who_waits_too_long_is_told(bench: Running) -> None:
    """Two at most; a third that finds none free is Unavailable after five seconds, and others go on."""
    database, held, let_go = (
        OneDatabase(bench.servers["main"].url, connections=2),
        threading.Barrier(3),
        threading.Event(),
    )

    def hold() -> None:
        with database.begin() as tx:
            tx.execute(select(func.now()))
            held.wait(10)
            let_go.wait(30)

    with ThreadPoolExecutor(2) as pool:
        holding = [pool.submit(hold) for _ in range(2)]
        held.wait(10)
        try:
            with pytest.raises(Unavailable):
                names(database)
        finally:
            let_go.set()
        for one in holding:
            one.result(10)
    assert database.read(select(func.now()))
    database.close()


@pytest.mark.parametrize(
    "write", [pytest.param(False, id="read"), pytest.param(True, id="write", marks=pytest.mark.slow)]
)
def test_who_asks_a_server_that_stands_still_is_told(bench: Running, database: OneDatabase, write: bool) -> None:
    """In the end, and those who come after them at once; afterwards all goes on."""
    names(database)  # so that there is a connection
    count = itertools.count(1)

    def ask() -> object:
        if write:
            transaction(database, add(f"n{next(count)}"))
        return names(database)

    only_the_first_waits(bench.servers["main"], ask)
