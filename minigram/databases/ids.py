"""Ids that sort by time and tell their home: 64 bits, made inside PostgreSQL.

From the top: 41 bits of milliseconds since EPOCH, 13 bits of logical shard, 10 bits of the schema's own sequence, as in
"Sharding & IDs at Instagram" (M. Krieger, 2011). A bigint has a sign, so the milliseconds have 40 bits before ids turn
negative: until June 2046. A shard has 1,024 ids for each millisecond. `lab/experiments/ids_races.py` shows what
happens beyond these bounds and when the clock steps back, and `ids_repaired.py` what prevents it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = 1_314_220_021_721
"""Milliseconds since 1970: the original post's own beginning, 24 August 2011, 21:07:01.721 UTC."""
SHARD_BITS, SEQUENCE_BITS = 13, 10
TIME_SHIFT = SHARD_BITS + SEQUENCE_BITS
SHARDS = 1 << SHARD_BITS
"""How many logical shards ids can tell apart."""
PER_MILLISECOND = 1 << SEQUENCE_BITS
"""How many ids a shard has for one millisecond. Nothing stops it from giving more, and then they are not unique."""
CLOCK = "pg_catalog.clock_timestamp()"

_EPOCH_BEGINS = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=EPOCH)


@dataclass(frozen=True)
class Parts:
    """What an id tells: when it was made (UTC, to the millisecond), by which logical shard, and its number there."""

    moment: datetime
    shard: int
    sequence: int


def shard_of(id: int) -> int:
    """The logical shard that made it."""
    return (id >> SEQUENCE_BITS) & (SHARDS - 1)


def when(id: int) -> datetime:
    """When it was made, by the clock of its PostgreSQL: UTC, to the millisecond."""
    return _EPOCH_BEGINS + timedelta(milliseconds=id >> TIME_SHIFT)


def parts(id: int) -> Parts:
    """All that a positive id tells."""
    return Parts(when(id), shard_of(id), id & (PER_MILLISECOND - 1))


def schema_of(shard: int) -> str:
    """The PostgreSQL schema of a logical shard: s0017. Raises ValueError beyond 0 to 8,191."""
    return f"s{checked(shard):04}"


def ddl(schema: str, shard: int, clock: str = CLOCK) -> tuple[str, ...]:
    """What gives an existing schema its ids: the sequence `ids` and two functions.

    `next_id()` makes one: `id bigint DEFAULT s0017.next_id()`. `next_ids(count)` makes many in one statement, in their
    order: `SELECT id FROM s0017.next_ids(100) AS id`. Every name within is qualified, so no search_path matters
    (unless it puts arithmetic operators of its own before PostgreSQL's). Who draws ids needs USAGE of the schema and of
    the sequence. `clock` is an SQL expression of type timestamptz.

    Neither function looks whether the millisecond is full. PostgreSQL makes more than 1,024 ids in a millisecond where
    one statement asks for thousands, and some of them are then the same: whoever asks for so many keeps each once and
    asks for the rest.
    """
    # The clock is read before the sequence: PostgreSQL does that from left to right, which it does not promise.
    id = (
        f"(({milliseconds(clock)} - {EPOCH}) << {TIME_SHIFT}) | ({checked(shard)}::bigint << {SEQUENCE_BITS})"
        f" | (pg_catalog.nextval('{named(schema)}.ids') % {PER_MILLISECOND})"
    )
    # PL/pgSQL evaluates one such expression without a query; the post's function runs a query for each part, and takes
    # several times as long (lab/experiments/ids.py measures all of this). The call itself is then the greatest cost:
    # next_ids() is called once for all. It counts in its select list, for what is counted in FROM is stored first.
    counted = "FROM (SELECT pg_catalog.generate_series(1, count)) AS each"
    return (
        # No CACHE: a connection that keeps numbers for later gives them in a millisecond in which others have got as
        # far, 1,024 on, and then two ids are the same.
        f"CREATE SEQUENCE {schema}.ids",
        function(schema, "next_id() RETURNS bigint", f"BEGIN\n    RETURN {id};"),
        function(
            schema,
            "next_ids(count integer) RETURNS SETOF bigint",
            f"BEGIN\n    RETURN QUERY SELECT {id} {counted};",
        ),
    )


def function(schema: str, head: str, body: str) -> str:
    """A PL/pgSQL function of the schema, which gives something else at each call."""
    return f"CREATE FUNCTION {schema}.{head} LANGUAGE plpgsql VOLATILE AS $$\n{body}\nEND $$"


def milliseconds(clock: str) -> str:
    """SQL for the whole milliseconds since 1970 of an SQL expression of type timestamptz, as bigint.

    extract() would compute in numeric, which takes several times as long. date_part() gives seconds as a double, which
    is not exact; but its microseconds, rounded, are (until 2112, when a double no longer holds half of one), and the
    division of whole numbers drops the rest of the millisecond.
    """
    return f"(pg_catalog.date_part('epoch', {clock}) * 1000000)::bigint / 1000"


def named(schema: str) -> str:
    """The name itself, where it is one that needs no quotes in SQL. Raises ValueError for any other."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
        raise ValueError(f"{schema!r} is no plain name of a schema: small letters, digits and _ are, up to 63")
    return schema


def checked(shard: int) -> int:
    """The shard itself, where an id can tell it. Raises ValueError for any other."""
    if not 0 <= shard < SHARDS:
        raise ValueError(f"shard {shard} does not fit into an id: shards are 0 to {SHARDS - 1:,}")
    return shard
