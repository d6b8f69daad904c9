"""What ids promise: they tell their moment and their shard, as PostgreSQL made them, and their command says it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import errors, sql

from minigram.databases import ids, ids_repaired
from minigram.databases.id_command import COMMANDS
from minigram.lab.experiments.ids import draws, keys, million
from minigram.lab.experiments.ids_schemas import Connection, Making, draw, lab_schemas

FIRST, LAST, END = (ids.when(id).replace(tzinfo=None) for id in (0, (1 << 63) - 1, (1 << 64) - 1))
"""Of the milliseconds that an id can tell: the first, the last before the sign bit, the last of 41 bits."""
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
SET_CLOCK = "current_setting('lab.now')::timestamptz"
"""A clock that stands still at what the session says."""
HELD = [100, 4711, 8191]
SHARDS = st.integers(0, ids.SHARDS - 1)


@pytest.fixture(scope="module")
def asked(empty: str) -> Iterator[Connection]:
    """A connection, and three shards whose clock it sets."""
    with lab_schemas(empty, HELD, clock=SET_CLOCK), psycopg.connect(empty, autocommit=True) as connection:
        yield connection


def one(connection: Connection, query: str) -> int:
    (found,) = connection.execute(query.encode()).fetchone() or (None,)
    assert isinstance(found, int)
    return found


def at(connection: Connection, moment: datetime) -> None:
    connection.execute("SELECT set_config('lab.now', %s, false)", [moment.isoformat()])


@settings(max_examples=300, deadline=None)
@given(moment=MOMENTS, shard=st.sampled_from(HELD), number=st.integers(1, 10**12))
def test_python_reads_what_postgresql_made(asked: Connection, moment: datetime, shard: int, number: int) -> None:
    """Any microsecond until 2046, any number of the sequence: the millisecond is cut, never rounded."""
    at(asked, moment)
    schema = f"lab_{ids.schema_of(shard)}"
    one(asked, f"SELECT setval('{schema}.ids', {number}, false)")
    found = ids.parts(one(asked, f"SELECT {schema}.next_id()"))
    assert found == ids.Parts(moment.replace(microsecond=moment.microsecond // 1000 * 1000), shard, number % 1024)


@settings(max_examples=300, deadline=None)
@given(moment=st.datetimes(FIRST, END, timezones=st.just(UTC)))
def test_the_cheap_milliseconds_are_the_exact_ones(asked: Connection, moment: datetime) -> None:
    """As long as there are 41 bits of them: what a double gives is what numeric gives."""
    at(asked, moment)
    exact = one(asked, "SELECT floor(extract(epoch FROM current_setting('lab.now')::timestamptz) * 1000)::bigint")
    assert one(asked, f"SELECT {ids.milliseconds(SET_CLOCK)}") == exact


@given(earlier=MOMENTS, later=MOMENTS, shards=st.tuples(SHARDS, SHARDS), numbers=st.tuples(*[st.integers(0, 1023)] * 2))
def test_ids_sort_by_time_whatever_their_shard(
    earlier: datetime, later: datetime, shards: tuple[int, int], numbers: tuple[int, int]
) -> None:
    """A later millisecond is a greater id; and the three parts are all there is in an id."""

    def packed(moment: datetime, shard: int, number: int) -> int:
        since = (moment - ids.when(0)) // timedelta(milliseconds=1)
        return since << 23 | shard << 10 | number

    one, other = (packed(*each) for each in zip((earlier, later), shards, numbers, strict=True))
    assert (ids.shard_of(one), ids.shard_of(other)) == shards
    if ids.when(one) != ids.when(other):
        assert (one < other) == (earlier < later)
    found = ids.parts(one)
    assert packed(found.moment, found.shard, found.sequence) == one


@pytest.mark.parametrize("make", [ids.ddl, ids_repaired.ddl])
def test_it_is_now_by_the_server_s_clock(empty: str, make: Making) -> None:
    """One or many, an id tells a moment between before and after it was asked for, and its shard."""
    with lab_schemas(empty, [17], make) as (schema,), psycopg.connect(empty, autocommit=True) as connection:
        before = one(connection, f"SELECT {ids.milliseconds(ids.CLOCK)}")
        found = [one(connection, f"SELECT {schema}.next_id()"), *draw(connection, schema, 10)]
        assert draw(connection, schema, 0) == []
        after = one(connection, f"SELECT {ids.milliseconds(ids.CLOCK)}")
    assert {ids.shard_of(id) for id in found} == {17}
    assert all(before <= (id >> ids.TIME_SHIFT) + ids.EPOCH <= after for id in found)
    assert len(set(found)) == 11 and found == sorted(found)


@pytest.mark.parametrize("make", [ids.ddl, ids_repaired.ddl])
def test_a_row_gets_its_id_by_default_under_any_search_path(empty: str, make: Making) -> None:
    """Also where the path names nothing, or a schema that has functions and a sequence of the same names."""
    with lab_schemas(empty, [17, 18], make) as (schema, other), psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {schema}.rows (id bigint PRIMARY KEY DEFAULT {schema}.next_id())".encode())
        insert = sql.SQL("INSERT INTO {} DEFAULT VALUES RETURNING id").format(sql.Identifier(schema, "rows"))
        for name in ("clock_timestamp() RETURNS timestamptz", "nextval(regclass) RETURNS bigint"):
            connection.execute(f"CREATE FUNCTION {other}.{name} LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'".encode())
        for path in ("''", other, f"{other}, pg_catalog", "pg_temp"):
            connection.execute(f"SET search_path = {path}".encode())
            (id,) = connection.execute(insert).fetchone() or (0,)
            assert ids.shard_of(id) == 17, path


def test_who_may_not_use_the_sequence_gets_no_id(empty: str) -> None:
    """Withdrawing its privileges is enough to end a shard's ids, also for whoever has drawn some before."""
    with lab_schemas(empty, [17]) as (schema,), psycopg.connect(empty, autocommit=True) as connection:
        one(connection, f"SELECT {schema}.next_id()")
        connection.execute(f"REVOKE ALL ON SEQUENCE {schema}.ids FROM minigram".encode())
        with pytest.raises(errors.InsufficientPrivilege):
            one(connection, f"SELECT {schema}.next_id()")
        with pytest.raises(errors.InsufficientPrivilege):
            draw(connection, schema, 2)


def test_a_schema_is_named_for_its_shard() -> None:
    """Four digits, and 8,192 of them; anything else is refused with the bounds."""
    assert (ids.schema_of(0), ids.schema_of(17), ids.schema_of(8191)) == ("s0000", "s0017", "s8191")
    for shard in (-1, 8192):
        with pytest.raises(ValueError, match=f"shard {shard} does not fit into an id: shards are 0 to 8,191"):
            ids.schema_of(shard)
        for make in (ids.ddl, ids_repaired.ddl):
            with pytest.raises(ValueError, match="shards are 0 to 8,191"):
                make("s0017", shard)
    for name in ("s0017; DROP TABLE people", "S0017", "", "17", "s" * 64):
        for make in (ids.ddl, ids_repaired.ddl):
            with pytest.raises(ValueError, match="no plain name of a schema"):
                make(name, 17)


def test_many_connections_on_many_shards_never_make_the_same(empty: str) -> None:
    """A unique index refuses none, no connection sees a millisecond come back, and each id tells the right shard."""
    found = million(empty, 100_000)
    assert found.drawn >= 100_000
    assert (found.refused, found.decreases, found.right) == (0, 0, 1.0)


def test_sizes_and_rates_are_measured_on_as_many_rows(empty: str) -> None:
    """An index of uuids is the largest; every way of drawing has five rounds against the plain sequence."""
    found = keys(empty, 10_000)
    assert found.bytes["sequence"] <= found.bytes["ids"] < found.bytes["uuid4"]
    ways = draws(empty, 10_000)
    assert list(ways) == ["set-based", "row by row", "as published"]
    assert all(len(way.ratios) == 5 for way in ways.values())
    assert ways["set-based"].median > ways["as published"].median > 0


def test_nothing_is_left_of_an_experiment(empty: str) -> None:
    """Its schemas go, also after an exception; and what an earlier one has left is in nobody's way."""
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA lab_s0017")
        with pytest.raises(ZeroDivisionError), lab_schemas(empty, [17, 18]):
            raise ZeroDivisionError
        assert one(connection, "SELECT count(*) FROM pg_namespace WHERE nspname IN ('lab_s0017', 'lab_s0018')") == 0


def ask(id: str) -> Result:
    (command,) = COMMANDS
    return CliRunner().invoke(command, [id])


def test_the_command_says_moment_shard_and_sequence() -> None:
    """UTC to the millisecond; the last id of all is in the future, and that is said."""
    told = ask(str((1_700_000_000_042 - ids.EPOCH) << 23 | 17 << 10 | 5))
    assert told.exit_code == 0
    assert told.output == "moment    2023-11-14 22:13:20.042 UTC\nshard     17\nsequence  5\n"
    assert "future" not in told.output
    last = ask(str((1 << 63) - 1))
    assert last.exit_code == 0
    assert "2046-06-27 17:00:49.496 UTC" in last.output and "8191" in last.output and "1023" in last.output
    assert "That moment is in the future" in last.output


@pytest.mark.parametrize(
    ("id", "why"),
    [
        ("abc", "'abc' is not a whole number"),
        ("", "'' is not a whole number"),
        ("1.5", "'1.5' is not a whole number"),
        ("1_000", "'1_000' is not a whole number"),
        ("٣", "is not a whole number"),
        ("--5", "is not a whole number"),
        ("0", "0 is not positive"),
        ("-5", "-5 is not positive"),
        (str(1 << 63), "9223372036854775808 needs more than 63 bits. The greatest id is 9223372036854775807."),
        ("9" * 5000, "has 5000 digits"),
    ],
)
def test_the_command_says_what_is_wrong_with_a_number_that_is_no_id(id: str, why: str) -> None:
    """In a sentence, with exit status 2."""
    told = ask(id)
    assert told.exit_code == 2
    assert why in re.sub(r"\s+", " ", told.output)
