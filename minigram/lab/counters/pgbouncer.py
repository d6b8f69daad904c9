"""What PgBouncer says of itself: `transactions` that it has carried, and `queries` in them."""

import psycopg
from psycopg.rows import DictRow, dict_row

from minigram.lab import LabError
from minigram.lab.counters import Countable, Look


def show(server: Countable, what: str) -> list[DictRow]:
    """The rows of SHOW STATS, SHOW SERVERS, … by column. LabError when the server does not answer."""
    try:
        with psycopg.connect(server.admin_url, autocommit=True, connect_timeout=5) as connection:
            # The console takes simple statements alone, which is what a client cursor sends.
            return psycopg.ClientCursor(connection, row_factory=dict_row).execute(f"SHOW {what}").fetchall()
    except psycopg.Error as error:
        raise LabError(f"PgBouncer '{server.name}' did not tell its counters: {str(error).strip()}") from error


def look(server: Countable) -> Look:
    """The counters now, of all databases but PgBouncer's own."""
    stats = [row for row in show(server, "STATS_TOTALS") if row["database"] != "pgbouncer"]
    counts = {"transactions": "xact_count", "queries": "query_count"}
    return Look({name: sum(int(row[column]) for row in stats) for name, column in counts.items()}, epoch=None)
