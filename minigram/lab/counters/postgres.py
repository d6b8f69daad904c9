"""PostgreSQL's own statistics of the statements that the app's role has sent.

- `statements`: what reads or writes rows. A DO block or a function call is one, whatever it does inside.
- `control`: BEGIN, COMMIT, ROLLBACK, SET and their like. They touch no row, but each is a round trip as well:
  statements + control is the number of round trips, unless the client sends several at once.
- `rows`: returned or changed. `buffers`: pages of 8 kB looked at, in memory already or read for it.

The lab's own statements are another role's, and not in these counts. `pg_stat_database` would lag by seconds;
`pg_stat_statements` has a statement as soon as its answer is sent.
"""

from urllib.parse import urlsplit

import psycopg

from minigram.lab import LabError
from minigram.lab.counters import Countable, Look

CONTROL = (
    r"^\s*(begin|start|commit|end|rollback|abort|savepoint|release|prepare transaction|set|reset|show|"
    r"discard|deallocate|listen|unlisten)\M"
)

COUNTS = """
    SELECT coalesce(sum(calls) FILTER (WHERE query !~* %(control)s), 0)::bigint,
           coalesce(sum(calls) FILTER (WHERE query ~* %(control)s), 0)::bigint,
           coalesce(sum(rows), 0)::bigint,
           coalesce(sum(shared_blks_hit + shared_blks_read), 0)::bigint
      FROM pg_stat_statements
     WHERE toplevel AND userid = (SELECT oid FROM pg_roles WHERE rolname = %(role)s)
"""

STATE = """
    SELECT dealloc, stats_reset, pg_postmaster_start_time(),
           current_setting('pg_stat_statements.track_utility')::bool
      FROM pg_stat_statements_info
"""


def look(server: Countable) -> Look:
    """The counters now; LabError when the server does not answer."""
    try:
        with psycopg.connect(server.admin_url, autocommit=True, connect_timeout=5) as connection:
            if connection.info.parameter_status("in_hot_standby") != "on":  # a replica has what its primary has
                connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
            role = urlsplit(server.url).username
            counts = connection.execute(COUNTS, {"control": CONTROL, "role": role}).fetchone()
            state = connection.execute(STATE).fetchone()
    except psycopg.Error as error:
        raise LabError(f"PostgreSQL '{server.name}' did not tell its counters: {str(error).strip()}") from error
    assert counts is not None and state is not None
    dealloc, reset, started, utility = state
    doubts = []
    if dealloc:
        doubts.append(f"it has forgotten statements ({dealloc} times): raise pg_stat_statements.max")
    if not utility:
        doubts.append("it does not count BEGIN and COMMIT: set pg_stat_statements.track_utility = on")
    return Look(
        dict(zip(("statements", "control", "rows", "buffers"), counts, strict=True)),
        (reset, started),
        tuple(doubts),
    )
