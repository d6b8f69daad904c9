"""A million ids from many connections on many shards; and what ids cost against a plain sequence and `uuid4`.

Each function takes the URL of a PostgreSQL and works in schemas of its own there, which are gone afterwards.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import psycopg
from psycopg import errors, sql

from minigram.databases import ids
from minigram.lab.experiments.ids_schemas import Connection, at_once, lab_schemas
from minigram.lab.runs import Comparison, compare

ROWS, BATCH = 100, 1_000
"""Rows that one statement inserts, of many statements at once and of one alone: fewer than a shard has ids for a
millisecond."""
AS_PUBLISHED = """CREATE FUNCTION {schema}.as_published() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    our_epoch bigint := {epoch};
    shard_id int := {shard};
    seq_id bigint;
    now_millis bigint;
    result bigint;
BEGIN
    SELECT nextval({ids}) % 1024 INTO seq_id;
    SELECT floor(extract(epoch FROM clock_timestamp()) * 1000) INTO now_millis;
    result := (now_millis - our_epoch) << 23;
    result := result | (shard_id << 10);
    result := result | seq_id;
    RETURN result;
END $$"""
"""The function of the original post, with a query for each part."""
SHARD = 17


@dataclass(frozen=True)
class Million:
    """What many connections drew, each at random among many shards, into one table with one unique index."""

    drawn: int
    connections: int
    shards: int
    refused: int
    """Ids that the unique index had already."""
    decreases: int
    """How often, within a connection, an id told an earlier millisecond than the one before it."""
    right: float
    """The share of ids that tell the shard that made them."""


@dataclass(frozen=True)
class Filled:
    """A table whose only column is its primary key: rows a second while it was filled, and its index in bytes."""

    rate: float
    index: int


@dataclass(frozen=True)
class Keys:
    """Keys of two kinds, each against those of a plain sequence."""

    rows: int
    ids: Comparison[Filled]
    uuid: Comparison[Filled]

    @property
    def bytes(self) -> dict[str, int]:
        """Of the index, by what made its keys."""
        return {"sequence": self.ids.a[-1].index, "ids": self.ids.b[-1].index, "uuid4": self.uuid.b[-1].index}


def million(url: str, count: int = 1_000_000, connections: int = 16, shards: int = 64) -> Million:
    """Each connection inserts rows that it draws from one shard after another; `count` is rounded up to whole
    statements."""
    statements = -(-count // (connections * ROWS))
    with lab_schemas(url, range(shards)) as schemas, psycopg.connect(url, autocommit=True) as connection:
        table = sql.Identifier(schemas[0], "drawn")
        connection.execute(sql.SQL("CREATE TABLE {} (id bigint UNIQUE)").format(table))
        found = at_once(url, connections, partial(_insert, table, schemas, statements))
    kept, decreases, right = (sum(one[n] for one in found) for n in range(3))
    drawn = statements * connections * ROWS
    return Million(drawn, connections, shards, drawn - kept, decreases, right / kept)


def keys(url: str, rows: int = 100_000, rounds: int = 5) -> Keys:
    """Fills a table with so many keys of each kind, in turn: one transaction, a thousand rows a statement."""
    shards = range(16)  # in turn, so that none is asked for more than it has for a millisecond
    with lab_schemas(url, shards) as schemas, psycopg.connect(url, autocommit=True) as connection:
        fill = partial(_fill, connection, schemas[0], rows)
        plain = partial(fill, "bigint", [_plain(connection, schemas[0])])
        made = partial(fill, "bigint", [_call(schema, "next_id") for schema in schemas])
        uuid = partial(fill, "uuid", [sql.SQL("gen_random_uuid()")])
        return Keys(rows, compare(plain, made, _rate, rounds), compare(plain, uuid, _rate, rounds))


def draws(url: str, count: int = 100_000, rounds: int = 5) -> dict[str, Comparison[float]]:
    """Ids a second in one statement against those of a plain sequence: set-based, row by row, and as published."""
    with lab_schemas(url, [SHARD]) as (schema,), psycopg.connect(url, autocommit=True) as connection:
        literals = {"epoch": sql.Literal(ids.EPOCH), "shard": sql.Literal(SHARD), "ids": sql.Literal(f"{schema}.ids")}
        connection.execute(sql.SQL(AS_PUBLISHED).format(schema=sql.Identifier(schema), **literals))
        series = sql.SQL("SELECT {} FROM generate_series(1, {})")
        plain = series.format(_plain(connection, schema), count)
        ways = {
            "set-based": sql.SQL("SELECT id FROM {}({}) AS id").format(sql.Identifier(schema, "next_ids"), count),
            "row by row": series.format(_call(schema, "next_id"), count),
            "as published": series.format(_call(schema, "as_published"), count),
        }
        ask = partial(_ask, connection, count)
        return {way: compare(partial(ask, plain), partial(ask, query), float, rounds) for way, query in ways.items()}


def _insert(
    table: sql.Identifier, schemas: Sequence[str], statements: int, connection: Connection, number: int
) -> tuple[int, int, int]:
    """How many ids were kept, told an earlier millisecond than the one before, and told the right shard."""
    rng, last, kept, decreases, right = random.Random(number), 0, 0, 0, 0
    insert = sql.SQL("INSERT INTO {} SELECT {} FROM generate_series(1, {}) ON CONFLICT DO NOTHING RETURNING id")
    inserts = [insert.format(table, _call(schema, "next_id"), ROWS) for schema in schemas]
    for _ in range(statements):
        shard = rng.randrange(len(schemas))
        try:
            made = connection.execute(inserts[shard], binary=True).fetchall()
        except errors.DeadlockDetected:
            continue  # somebody draws the same ids in another order: none of these is kept
        for (id,) in made:
            kept += 1
            right += ids.shard_of(id) == shard
            decreases += id >> ids.TIME_SHIFT < last
            last = id >> ids.TIME_SHIFT
    return kept, decreases, right


def _fill(connection: Connection, schema: str, rows: int, type: str, made: Sequence[sql.Composable]) -> Filled:
    table = sql.Identifier(schema, "keys")
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    connection.execute(sql.SQL("CREATE TABLE {} (id {} PRIMARY KEY)").format(table, sql.SQL(type)))
    insert = sql.SQL("INSERT INTO {} SELECT {} FROM generate_series(1, {})")
    inserts = [insert.format(table, one, BATCH) for one in made]
    begun = time.perf_counter()
    with connection.transaction():
        for n in range(rows // BATCH):
            connection.execute(inserts[n % len(inserts)])
    took = time.perf_counter() - begun
    size = sql.SQL("SELECT pg_relation_size({})").format(sql.Literal(f"{schema}.keys_pkey"))
    (index,) = connection.execute(size).fetchone() or (0,)
    return Filled(rows / took, index)


def _rate(filled: Filled) -> float:
    return filled.rate


def _ask(connection: Connection, count: int, query: sql.Composed) -> float:
    """How many rows a second come back."""
    begun = time.perf_counter()
    connection.execute(query, binary=True)
    return count / (time.perf_counter() - begun)


def _call(schema: str, function: str) -> sql.Composed:
    return sql.SQL("{}()").format(sql.Identifier(schema, function))


def _plain(connection: Connection, schema: str) -> sql.Composed:
    """The next number of a plain sequence, made for this."""
    connection.execute(sql.SQL("CREATE SEQUENCE {}").format(sql.Identifier(schema, "plain")))
    return sql.SQL("nextval({})").format(sql.Literal(f"{schema}.plain"))
