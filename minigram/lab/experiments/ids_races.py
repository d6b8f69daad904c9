"""What ids do beyond their bounds: the sign bit, crowded milliseconds, the race with the clock, a clock set back.

Each is provoked on a real PostgreSQL, in schemas of its own that are gone afterwards. Where a function takes `make`, it
puts the same to other ids than those of `databases/ids.py`: the repaired ones, or ones that are repaired wrongly.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

import psycopg
from psycopg import sql
from psycopg.errors import UniqueViolation

from minigram.databases import ids
from minigram.lab.experiments.ids_schemas import Connection, Making, at_once, draw, draw_by_row, lab_schemas

SHARD = 17
SIGN_SET = ids.when(1 << 63)
"""The first moment whose milliseconds need the bit that is a bigint's sign."""
NOT_AT_ALL = timedelta()
AT_ONCE = 1_000
"""Ids or rows for one statement."""
REPLACED = "{schema}.clock()"
"""A clock that is PostgreSQL's own, moved by what `_move_clock` says."""


@dataclass(frozen=True)
class SignBit:
    """Ids of the last second before SIGN_SET, and of the first second after it."""

    before: Sequence[int]
    after: Sequence[int]

    @property
    def newest_first(self) -> Sequence[int]:
        """As a feed lists them: the greatest first."""
        return sorted([*self.before, *self.after], reverse=True)


@dataclass(frozen=True)
class Crowd:
    """What one shard gave to connections that drew as fast as they could."""

    drawn: int
    duplicates: int
    busiest: int
    """The most ids that told one and the same millisecond."""
    decreases: int
    """How often, within a connection, an id was not greater than the one before it."""


@dataclass(frozen=True)
class Race:
    """Rows that many connections inserted with ids of one shard; each row has its whole sequence number, too."""

    rows: int
    inversions: int
    """Rows that tell an earlier millisecond than a row whose sequence number is smaller."""
    deepest: int
    """By how many milliseconds, at the most."""
    duplicates: int
    """Rows that have the id of another row."""
    without_crowd: int
    """Of them, those of a millisecond that has no more than 1,024 rows: the race alone did that."""


@dataclass(frozen=True)
class SteppedBack:
    """Ids drawn before and after the clock of one shard was set back, by one connection."""

    before: int
    after: int
    back: timedelta
    again: int
    """Ids drawn afterwards that had been given before."""
    lower: int
    """Ids drawn afterwards that are lower than the greatest from before: they sort as if they were older."""


def sign_bit(url: str) -> SignBit:
    """Five ids on either side of that moment."""
    with lab_schemas(url, [SHARD], clock=REPLACED) as (schema,), psycopg.connect(url, autocommit=True) as connection:
        found = []
        for moment in (SIGN_SET - timedelta(seconds=1), SIGN_SET):
            _move_clock(connection, schema, moment - _now(connection))
            found.append(draw(connection, schema, 5))
    return SignBit(*found)


def crowd(
    url: str, count: int = 200_000, connections: int = 2, make: Making = ids.ddl, back: timedelta = NOT_AT_ALL
) -> Crowd:
    """Draws about `count` ids from one shard, set-based and row by row in turn. Meanwhile one of the connections sets
    the clock back by so much, and further back for each of its statements."""
    statements = -(-count // (connections * AT_ONCE))

    def deed(connection: Connection, number: int) -> list[int]:
        found = []
        for n in range(statements):
            if back and number == 0:
                _move_clock(connection, schema, -back * (n + 1))
            found += (draw_by_row if n % 2 else draw)(connection, schema, AT_ONCE)
        return found

    with lab_schemas(url, [SHARD], make, REPLACED if back else ids.CLOCK) as (schema,):
        if back:
            with psycopg.connect(url, autocommit=True) as connection:
                _move_clock(connection, schema, NOT_AT_ALL)
        found = at_once(url, connections, deed)
    every = [id for one in found for id in one]
    decreases = sum(later <= earlier for one in found for earlier, later in pairwise(one))
    return Crowd(len(every), len(every) - len(set(every)), _busiest(every), decreases)


def refusal(url: str, count: int = 100_000) -> str:
    """What PostgreSQL says where the rows of one statement draw their ids from one shard, and the ids are a primary
    key; empty where it accepts them."""
    with lab_schemas(url, [SHARD]) as (schema,), psycopg.connect(url, autocommit=True) as connection:
        names = {"taken": sql.Identifier(schema, "taken"), "next_ids": sql.Identifier(schema, "next_ids")}
        connection.execute(sql.SQL("CREATE TABLE {taken} (id bigint PRIMARY KEY)").format(**names))
        try:
            connection.execute(
                sql.SQL("INSERT INTO {taken} SELECT id FROM {next_ids}({count}) AS id").format(**names, count=count)
            )
        except UniqueViolation as error:
            return str(error)
    return ""


def race(url: str, rows: int = 160_000, connections: int = 8, make: Making = ids.ddl) -> Race:
    """Connections insert rows at the same time, a thousand a statement, into a table without a unique index."""
    with lab_schemas(url, [SHARD], make) as (schema,), psycopg.connect(url, autocommit=True) as connection:
        names = {
            "drawn": sql.Identifier(schema, "drawn"),
            "next_id": sql.Identifier(schema, "next_id"),
            "ids": sql.Literal(f"{schema}.ids"),
            "each": sql.Literal(AT_ONCE),
        }
        connection.execute(sql.SQL("CREATE TABLE {drawn} (id bigint, number bigint)").format(**names))
        insert = sql.SQL("INSERT INTO {drawn} SELECT {next_id}(), currval({ids}) FROM generate_series(1, {each})")
        statement, times = insert.format(**names), -(-rows // (connections * AT_ONCE))
        at_once(url, connections, lambda own, number: [own.execute(statement) for _ in range(times)])
        found = connection.execute(sql.SQL("SELECT id FROM {drawn} ORDER BY number").format(**names)).fetchall()
    made = [id for (id,) in found]
    per = Counter(id >> ids.TIME_SHIFT for id in made)
    again = [id for id, times in Counter(made).items() for _ in range(times - 1)]
    alone = sum(per[id >> ids.TIME_SHIFT] <= ids.PER_MILLISECOND for id in again)
    late = [before - now for before, now in _with_latest(made) if now < before]
    return Race(len(made), len(late), max(late, default=0), len(again), alone)


def step_back(url: str, count: int = 100_000, make: Making = ids.ddl) -> SteppedBack:
    """Draws so many ids, sets the clock back to where it was before, and draws as many again."""
    with lab_schemas(url, [SHARD], make, REPLACED) as (schema,), psycopg.connect(url, autocommit=True) as connection:
        _move_clock(connection, schema, NOT_AT_ALL)
        begun = _now(connection)
        before = draw(connection, schema, count)
        back = _now(connection) - begun
        _move_clock(connection, schema, -back)
        after = draw(connection, schema, count)
    given, greatest = set(before), max(before)
    return SteppedBack(count, count, back, sum(id in given for id in after), sum(id < greatest for id in after))


def _now(connection: Connection) -> datetime:
    (now,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
    assert isinstance(now, datetime)
    return now


def _move_clock(connection: Connection, schema: str, by: timedelta) -> None:
    clock = sql.SQL("CREATE OR REPLACE FUNCTION {}() RETURNS timestamptz LANGUAGE sql RETURN clock_timestamp() + {}")
    connection.execute(clock.format(sql.Identifier(schema, "clock"), sql.Literal(by)))


def _busiest(every: Sequence[int]) -> int:
    return max(Counter(id >> ids.TIME_SHIFT for id in every).values())


def _with_latest(made: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Of each id but the first, the latest millisecond that was told before it, and its own."""
    moments = [id >> ids.TIME_SHIFT for id in made]
    return zip(accumulate(moments[:-1], max), moments[1:], strict=True)
