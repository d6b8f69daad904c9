"""What ids cost that are never given twice and never go back, against those that may be."""

import time
from collections.abc import Callable
from functools import partial

import psycopg
from psycopg import sql

from minigram.databases import ids_repaired
from minigram.lab.experiments.ids_schemas import Connection, at_once, draw, draw_by_row, lab_schemas
from minigram.lab.runs import Comparison, compare

PLAIN, REPAIRED = 17, 18
COMMITS = 100
"""Transactions of one row on each connection."""


def cost(url: str, count: int = 20_000, connections: int = 4, rounds: int = 5) -> dict[str, Comparison[float]]:
    """Ids a second of the repaired functions against those of the plain ones, by how ids are drawn from one shard.

    "set-based" and "row by row" are one statement of one connection; "at once" is row by row, as many ids in all, one
    statement on each of the connections; "committed" are transactions of one row each on these connections.
    """
    with lab_schemas(url, [PLAIN]) as (plain,), lab_schemas(url, [REPAIRED], ids_repaired.ddl) as (repaired,):
        with psycopg.connect(url, autocommit=True) as connection:
            for schema in (plain, repaired):
                names = {"rows": sql.Identifier(schema, "rows"), "next_id": sql.Identifier(schema, "next_id")}
                connection.execute(sql.SQL("CREATE TABLE {rows} (id bigint DEFAULT {next_id}())").format(**names))
        each = count // connections
        ways: dict[str, Callable[[str], float]] = {
            "set-based": partial(_rate, url, 1, count, lambda own, schema: draw(own, schema, count)),
            "row by row": partial(_rate, url, 1, count, lambda own, schema: draw_by_row(own, schema, count)),
            "at once": partial(_rate, url, connections, each, lambda own, schema: draw_by_row(own, schema, each)),
            "committed": partial(_rate, url, connections, COMMITS, _commit),
        }
        return {
            way: compare(partial(rate, plain), partial(rate, repaired), float, rounds) for way, rate in ways.items()
        }


def _rate(url: str, connections: int, each: int, deed: Callable[[Connection, str], object], schema: str) -> float:
    """Ids a second of all connections together, their connecting left out."""

    def timed(connection: Connection, number: int) -> tuple[float, float]:
        begun = time.perf_counter()
        deed(connection, schema)
        return begun, time.perf_counter()

    times = at_once(url, connections, timed)
    return connections * each / (max(ended for _, ended in times) - min(begun for begun, _ in times))


def _commit(connection: Connection, schema: str) -> None:
    insert = sql.SQL("INSERT INTO {} DEFAULT VALUES").format(sql.Identifier(schema, "rows"))
    for _ in range(COMMITS):
        connection.execute(insert)
