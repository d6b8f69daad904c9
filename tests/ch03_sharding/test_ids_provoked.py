"""What ids do beyond their bounds really happens on a real PostgreSQL, and the repair withstands it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import psycopg
import pytest
from psycopg import errors

from minigram.databases import ids, ids_repaired
from minigram.lab.experiments.ids_races import SIGN_SET, crowd, race, refusal, sign_bit, step_back
from minigram.lab.experiments.ids_repair import cost
from minigram.lab.experiments.ids_schemas import draw, draw_by_row, lab_schemas

pytestmark = pytest.mark.slow

T = TypeVar("T")
TRIES = 10
"""How often a race may be run until it shows: who wins is up to the machine."""


def without_lock(schema: str, shard: int, clock: str = ids.CLOCK) -> tuple[str, ...]:
    """The repair as one writes it first: nobody keeps others out between nextval() and setval()."""
    lock = f"({ids_repaired.LOCKS}, {shard})"
    statements = ids_repaired.ddl(schema, shard, clock)
    for call in (f"pg_catalog.pg_advisory_lock{lock} IS NOT NULL", f"NOT pg_catalog.pg_advisory_unlock{lock}"):
        assert call in statements[1] and call in statements[2]
        statements = tuple(statement.replace(call, "false") for statement in statements)
    return statements


def hurry(connection: psycopg.Connection, milliseconds: int) -> None:
    """Its statements are cancelled after so long from now on. This one may be, too, by what was set before."""
    for _ in range(TRIES):
        with suppress(errors.QueryCanceled):
            connection.execute(f"SET statement_timeout = {milliseconds}".encode())
            return
    raise AssertionError(f"cancelled {TRIES} times while it was told to hurry")


def provoked(deed: Callable[[], T], shows: Callable[[T], object]) -> T:
    """What the deed found the first time that it shows; fail, with what it found last, when it never does."""
    for _ in range(TRIES):
        found = deed()
        if shows(found):
            return found
    raise AssertionError(f"tried {TRIES} times in vain, at last: {found}")


def test_the_sign_bit_puts_the_newest_last(empty: str) -> None:
    """From 27 June 2046 on ids are negative, and a list of the newest ends with those that are newest."""
    assert datetime(2046, 6, 27, 17, 0, 49, 497000, UTC) == SIGN_SET
    found = sign_bit(empty)
    assert max(found.after) < 0 and min(found.before) > 0
    assert set(found.newest_first[:5]) == set(found.before)
    assert all(ids.when(id % (1 << 64)) >= SIGN_SET for id in found.after), "the bits are right, the sign is not"


def test_more_than_1024_in_a_millisecond_are_not_unique(empty: str) -> None:
    """Drawn set-based from one shard, a millisecond holds more ids than there are, so some are given twice."""
    found = provoked(lambda: crowd(empty), lambda crowd: crowd.busiest > ids.PER_MILLISECOND)
    assert found.duplicates >= found.busiest - ids.PER_MILLISECOND > 0


def test_postgresql_refuses_a_crowd_that_is_to_be_unique(empty: str) -> None:
    """Whoever inserts so many rows at once is told of a duplicate key, though nobody has made a mistake."""
    message = provoked(lambda: refusal(empty), lambda message: message)
    assert "duplicate key value violates unique constraint" in message


def test_nextval_and_the_clock_race(empty: str) -> None:
    """Connections that insert into one shard: later numbers tell earlier milliseconds, and ids are given twice, also in
    milliseconds that are not crowded."""
    found = provoked(lambda: race(empty), lambda race: race.inversions and race.without_crowd)
    assert found.inversions > 0 and found.deepest > 0
    assert found.duplicates >= found.without_crowd > 0


def test_a_clock_that_steps_back_gives_ids_again(empty: str) -> None:
    """What is drawn afterwards sorts as older, and some of it had been given before."""
    found = provoked(lambda: step_back(empty), lambda stepped: stepped.again)
    assert found.back > timedelta(0)
    assert found.lower > 0


def test_the_repair_holds_on_one_hot_shard_while_the_clock_steps_back(empty: str) -> None:
    """Sixteen connections, row by row and set-based, the clock a second further back for each of one's statements: no
    id twice, none that is not greater than the one before, never more than 1,024 in a millisecond."""
    found = crowd(empty, 96_000, 16, ids_repaired.ddl, back=timedelta(seconds=1))
    assert (found.drawn, found.duplicates, found.decreases) == (96_000, 0, 0)
    assert found.busiest <= ids.PER_MILLISECOND


def test_the_repair_has_no_race(empty: str) -> None:
    """In the order of the sequence moments only rise, and what was given stays unique after the clock was set back."""
    found = race(empty, 40_000, 8, ids_repaired.ddl)
    assert (found.rows, found.inversions, found.duplicates) == (40_000, 0, 0)
    back = step_back(empty, make=ids_repaired.ddl)
    assert (back.again, back.lower) == (0, 0)


def test_without_its_lock_the_repair_gives_ids_twice(empty: str) -> None:
    """The same two statements of the sequence, and others in between: it is the lock that holds."""
    provoked(lambda: crowd(empty, 80_000, 8, without_lock), lambda crowd: crowd.duplicates)


def test_the_repair_orders_ids_of_connections_that_take_turns(empty: str) -> None:
    """Whoever asks after another has been answered gets a greater id, in one transaction or many."""
    with (
        lab_schemas(empty, [17], ids_repaired.ddl) as (schema,),
        psycopg.connect(empty, autocommit=True) as one,
        psycopg.connect(empty) as other,
    ):
        found = [id for _ in range(50) for id in (*draw_by_row(one, schema, 1), *draw(other, schema, 30))]
    assert all(earlier < later for earlier, later in pairwise(found))


def test_the_repair_gives_its_lock_back_when_a_statement_is_cancelled(empty: str) -> None:
    """Cancelled fifty times in the middle of drawing, a connection holds no lock and others draw on."""
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    with (
        lab_schemas(empty, [17], ids_repaired.ddl) as (schema,),
        psycopg.connect(empty, autocommit=True) as hurried,
        psycopg.connect(empty, autocommit=True) as other,
    ):
        other.execute("SET lock_timeout = '5s'")
        endless = f"DO $$ BEGIN LOOP PERFORM {schema}.next_id(); END LOOP; END $$".encode()
        for milliseconds in range(1, 51):
            hurry(hurried, milliseconds)
            with pytest.raises(errors.QueryCanceled):
                hurried.execute(endless)
            assert other.execute(held).fetchone() == (0,)
            assert draw_by_row(other, schema, 1)


def test_the_repair_has_a_price_where_many_draw_from_one_shard(empty: str) -> None:
    """Each way of drawing is measured against the plain one; waiting for one another is slower than not waiting."""
    found = cost(empty, 4_000)
    assert list(found) == ["set-based", "row by row", "at once", "committed"]
    assert 0 < found["at once"].median < 1
