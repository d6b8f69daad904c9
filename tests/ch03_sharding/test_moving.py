"""A logical shard moves to another server while the app uses it."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Executable, insert, select

from minigram.databases.ids import schema_of, shard_of
from minigram.databases.sharded.databases import ShardedDatabases
from minigram.databases.sharded.moving.cut_over import HELD
from minigram.databases.sharded.moving.moves import Refused, Step
from minigram.databases.sharded.moving.site import Stopped
from minigram.lab.running import Running, running
from minigram.social.tables import people
from tests.behaviour.waiting import eventually
from tests.ch03_sharding.moving import Two, ask, born, elsewhere, kept, left, lets_in, mover, named, some, writing

WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
ASKED = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try_advisory_lock%' OFFSET 1"
BEFORE_DECIDED = [Step.BEGUN, Step.PREPARED, Step.PUBLISHED, Step.COPIED]


@pytest.fixture(scope="module")
def bench() -> Iterator[Running]:
    with running(Two, processes=False) as found:
        yield found


@pytest.fixture
def databases(bench: Running) -> Iterator[ShardedDatabases]:
    """A router of its own."""
    with Two(bench.addresses) as system:
        yield system.databases


def advance(bench: Running, shard: int, to: str, until: Step) -> None:
    """Somebody moves the shard up to this step, and stops."""
    with mover(bench) as moving:
        for move in moving.steps(shard, to):
            if move.step is until:
                return
    raise AssertionError(f"the move never came to {until}")


def test_writers_notice_a_pause_and_nothing_else(bench: Running, databases: ShardedDatabases) -> None:
    """Nothing acknowledged is lost, nothing is there twice, nobody gets an error, and one server lets the app in."""
    with writing(databases, shard=0) as writers:
        eventually("people have signed up", lambda: len(writers.acknowledged) > 20)
        with mover(bench) as moving:
            moved = moving.move(0, "db2")
        after = len(writers.acknowledged)
        eventually("people sign up at the new owner", lambda: len(writers.acknowledged) > after + 20)
    ids = kept(databases.shard(0))
    assert writers.lost() == set() and writers.unavailable == 0
    assert sorted(ids) == sorted(writers.acknowledged)
    assert lets_in(bench, 0) == ["db2"] == [named(bench, 0)] and left(bench) == []
    assert (moved.source, moved.target) == ("db1", "db2") and moved.rows >= 2 * 20
    assert moved.pause_ms is not None and 0 < moved.pause_ms < 2000


def test_all_rows_are_at_the_new_owner(bench: Running, databases: ShardedDatabases) -> None:
    """Before the old owner's rows are removed, they are the same on both servers, in every table."""
    with writing(databases, shard=2) as writers:
        eventually("people have signed up", lambda: len(writers.acknowledged) > 20)
        advance(bench, 2, "db2", until=Step.COPIED)
    advance(bench, 2, "db2", until=Step.MOVED)
    tables = ask(bench, "db1", "SELECT tablename FROM pg_tables WHERE schemaname = 's0002'")
    assert len(tables) > 5
    for (table,) in tables:
        rows = f"TABLE s0002.{table} ORDER BY 1, 2"
        assert ask(bench, "db1", rows) == ask(bench, "db2", rows), table
    assert len(ask(bench, "db2", "SELECT id FROM s0002.people")) == len(writers.acknowledged)
    with mover(bench) as moving:
        moving.move(2, "db2")
    assert not ask(bench, "db1", "SELECT 1 FROM pg_namespace WHERE nspname = 's0002'")


def test_a_move_does_not_wait_for_the_one_before(bench: Running, databases: ShardedDatabases) -> None:
    """Three shards go to one server, and none waits for the five seconds that are PostgreSQL's own pause."""
    target = elsewhere(bench, 0)
    some = [shard for shard in range(Two.logical) if named(bench, shard) != target][:3]
    assert len(some) > 1
    begun = time.monotonic()
    with mover(bench) as moving:
        for shard in some:
            moving.move(shard, target)
    assert time.monotonic() - begun < 5 * (len(some) - 1)
    assert left(bench) == []


def test_ids_go_on(bench: Running, databases: ShardedDatabases) -> None:
    """They tell the same shard, increase, and none is given twice, although another server makes them now."""
    home = databases.shard(4)
    ids: list[int] = []
    stop = threading.Event()

    def draw() -> None:
        while not stop.is_set():
            ids.extend(home.ids(people, 50))

    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(draw)
        with mover(bench) as moving:
            moving.move(4, elsewhere(bench, 4))
        count = len(ids)
        eventually("ids come from the new owner", lambda: len(ids) > count + 500)
        stop.set()
        drawing.result(30)
    assert len(set(ids)) == len(ids) and {shard_of(id) for id in ids} == {4}
    assert all(one >> 23 <= other >> 23 for one, other in pairwise(ids))


def test_the_old_owner_refuses_whatever_comes(bench: Running, databases: ShardedDatabases) -> None:
    """Reads, writes, draws of ids and statements that were prepared before: on the way to the new owner, and after."""
    person = born(databases.shard(6))
    asked = ("SELECT * FROM s0006.people WHERE id = %s", "UPDATE s0006.people SET bio = '' WHERE id = %s",
             "SELECT s0006.next_id() + %s", "SELECT 1 FROM s0006.people WHERE id = %s FOR SHARE")  # fmt: skip
    with psycopg.connect(bench.servers["db1"].url, autocommit=True) as connection:
        for query in asked:
            connection.execute(query.encode(), [person], prepare=True)
        advance(bench, 6, "db2", until=Step.MOVED)
        for query in asked:
            with pytest.raises(errors.InsufficientPrivilege, match="s0006"):
                connection.execute(query.encode(), [person], prepare=True)
        with mover(bench) as moving:
            moving.move(6, "db2")
        for query in asked:
            with pytest.raises((errors.InvalidSchemaName, errors.UndefinedTable)):
                connection.execute(query.encode(), [person])
    assert person in kept(databases.shard(6))


def test_what_has_begun_comes_to_its_end(bench: Running, databases: ShardedDatabases) -> None:
    """A transaction that has written already writes again and commits, and the cut-over waits for it."""
    home, to = databases.shard(1), elsewhere(bench, 1)
    advance(bench, 1, to, until=Step.COPIED)
    with ThreadPoolExecutor(1) as pool, mover(bench) as moving:
        with home.begin() as tx:
            first = tx.execute(person("first"))[0].id
            moving_on = pool.submit(moving.move, 1, to)
            eventually("the cut-over waits for the transaction", lambda: waiting(bench, named(bench, 1)))
            second = tx.execute(person("second"))[0].id
        assert moving_on.result(30).target == to
    assert {first, second} <= {row.id for row in home.read(select(people.c.id))}


def test_a_transaction_that_does_not_end_holds_up_the_move_alone(bench: Running, databases: ShardedDatabases) -> None:
    """Others write on, held for half a second at a time; once it ends, the shard moves."""
    home, to = databases.shard(3), elsewhere(bench, 3)
    advance(bench, 3, to, until=Step.COPIED)
    with home.begin() as tx, writing(databases, 3) as writers:
        tx.execute(person("long"))
        with pytest.raises(Stopped, match=r"did not end|waiting for each other"), mover(bench, patience=4) as moving:
            moving.move(3, to)
        count = len(writers.acknowledged)
        eventually("others write on", lambda: len(writers.acknowledged) > count)
        assert writers.unavailable == 0 and writers.longest < HELD + 2
        assert lets_in(bench, 3) == [named(bench, 3)] != [to]
    with mover(bench) as moving:
        moving.move(3, to)
    assert lets_in(bench, 3) == [to] and left(bench) == [] and writers.lost() == set()


def test_a_target_that_stands_still_holds_nobody_up(bench: Running, databases: ShardedDatabases) -> None:
    """Writers go on at the source; once the target goes on, the shard moves."""
    to = elsewhere(bench, 5)
    advance(bench, 5, to, until=Step.COPIED)
    bench.servers[to].pause()
    try:
        with writing(databases, 5) as writers:
            with pytest.raises(Stopped), mover(bench, patience=4) as moving:
                moving.move(5, to)
            eventually("people write", lambda: writers.acknowledged)
        assert writers.unavailable == 0 and writers.longest < HELD + 2
    finally:
        bench.servers[to].resume()
    with mover(bench) as moving:
        moving.move(5, to)
    assert lets_in(bench, 5) == [to] and writers.lost() == set() and left(bench) == []


def test_a_target_that_does_not_answer_in_the_middle_holds_nobody_up(
    bench: Running, databases: ShardedDatabases
) -> None:
    """The source lets its writers go by itself, although the mover hangs; once the target answers, the shard moves."""
    to = elsewhere(bench, 5)
    advance(bench, 5, to, until=Step.COPIED)
    with ThreadPoolExecutor(1) as pool, mover(bench) as moving, writing(databases, 5) as writers:
        with psycopg.connect(bench.servers[to].admin_url) as connection:
            connection.execute("ALTER SEQUENCE s0005.ids OWNER TO minigram")  # nobody sets it meanwhile
            moving_on = pool.submit(moving.move, 5, to)
            eventually("the mover hangs", lambda: ask(bench, to, WAITING))
            count = len(writers.acknowledged)
            eventually("people write on", lambda: len(writers.acknowledged) > count + 10)
        assert moving_on.result(30).target == to
    assert writers.lost() == set() and writers.unavailable == 0 and writers.longest < HELD + 2


def test_an_event_in_the_outbox_goes_first(bench: Running) -> None:
    """The shard stays until its events have been handed over."""
    source, to = named(bench, 7), elsewhere(bench, 7)
    event = """INSERT INTO outbox ("by", shard, at, kind, content) VALUES (1, 7, 's0000', 'Liked', '{}')"""
    ask(bench, source, event)
    with pytest.raises(Stopped, match="events of the shard"), mover(bench, patience=1) as moving:
        moving.move(7, to)
    assert lets_in(bench, 7) == [source]
    ask(bench, source, "DELETE FROM outbox")
    with mover(bench) as moving:
        moving.move(7, to)
    assert lets_in(bench, 7) == [to]


@pytest.mark.parametrize("step", some([*BEFORE_DECIDED, Step.MOVED], fast=Step.PUBLISHED))
def test_a_move_that_was_stopped_is_gone_on_with(bench: Running, databases: ShardedDatabases, step: Step) -> None:
    """Whatever the step, one server lets the app in, and another mover brings it to its end."""
    to, person = elsewhere(bench, 0), born(databases.shard(0))
    advance(bench, 0, to, until=step)
    assert lets_in(bench, 0) == [named(bench, 0)]
    later = born(databases.shard(0))
    with mover(bench) as moving:
        moving.move(0, to)
    assert {person, later} <= set(kept(databases.shard(0)))
    assert lets_in(bench, 0) == [to] == [named(bench, 0)] and left(bench) == []


@pytest.mark.parametrize("step", some(BEFORE_DECIDED, fast=Step.COPIED))
def test_a_move_is_given_up(bench: Running, databases: ShardedDatabases, step: Step) -> None:
    """The old owner goes on, and nothing of the move is left anywhere."""
    source, to, person = named(bench, 4), elsewhere(bench, 4), born(databases.shard(4))
    advance(bench, 4, to, until=step)
    with mover(bench) as moving:
        moving.give_up(4)
    assert lets_in(bench, 4) == [source] == [named(bench, 4)] and left(bench) == []
    assert not ask(bench, to, "SELECT 1 FROM pg_namespace WHERE nspname = %s", schema_of(4))
    assert person in kept(databases.shard(4)) and born(databases.shard(4))


def test_what_cannot_be_done_is_refused(bench: Running) -> None:
    """No such shard, no such server, already there, on its way elsewhere, decided; two who move at the same time."""
    here, to = named(bench, 2), elsewhere(bench, 2)
    with mover(bench) as moving:
        for shard, server, why in ((8, "db1", "no shard 8"), (2, "db3", "no server 'db3'"), (2, here, f"on {here}")):
            with pytest.raises(Refused, match=why):
                moving.move(shard, server)
        with pytest.raises(Refused, match="by another command"), mover(bench):
            pass
        with pytest.raises(Refused, match="not on its way"):
            moving.give_up(2)
    assert left(bench) == []
    advance(bench, 2, to, until=Step.PREPARED)
    with mover(bench) as moving:
        with pytest.raises(Refused, match=f"from {here} to {to}"):
            moving.move(2, here)
        for move in moving.steps(2, to):
            if move.step is Step.MOVED:
                break
        with pytest.raises(Refused, match=f"belongs to {to}"):
            moving.give_up(2)
        moving.move(2, to)


def test_who_comes_right_after_another_is_not_refused(bench: Running) -> None:
    """The server takes a moment to notice that the one before has gone, and that moment is waited for."""
    with mover(bench) as before, ThreadPoolExecutor(1) as pool:
        after = pool.submit(mover(bench).__enter__)
        eventually("the second asks", lambda: ask(bench, "main", ASKED))
        before.__exit__(None, None, None)
        after.result(10).__exit__(None, None, None)


def test_the_password_is_kept_nowhere_else(bench: Running) -> None:
    """Neither in the log of the target nor in its statistics, while it follows the source."""
    source, to = named(bench, 6), elsewhere(bench, 6)
    secret = bench.servers[source].admin_url.split(":")[2].split("@")[0]
    advance(bench, 6, to, until=Step.COPIED)
    assert ask(bench, to, "SELECT 1 FROM pg_subscription WHERE subconninfo LIKE %s", f"%{secret}%")
    assert not ask(bench, to, "SELECT 1 FROM pg_stat_statements WHERE query LIKE %s", f"%{secret}%")
    assert not any(secret in log.read_text() for log in bench.run.glob("*.log"))
    with mover(bench) as moving:
        moving.give_up(6)


def person(name: str) -> Executable:
    return insert(people).values(name=name, email=name, password_hash="").returning(people.c.id)


def waiting(bench: Running, server: str) -> bool:
    """Whether somebody waits there for a lock on a whole table, who would let nobody write."""
    return bool(ask(bench, server, "SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock'"))
