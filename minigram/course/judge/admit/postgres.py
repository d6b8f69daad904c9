"""A PostgreSQL, as a role that can read and write rows.

The role owns no table, so it can drop and change none; it makes no table and no temporary one, no large object and no
function; it is no superuser, so it resets no statistics and stops counting nothing. What it may still do to itself,
as to change its own password, harms nobody else.
"""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from minigram.lab import LabError
from minigram.lab.servers import Server
from minigram.lab.waiting import until

ROLE = "student"
CONNECTIONS = 40
"""Of the server's hundred; the others are the judge's."""
LOCKED = 3
"""Seconds that the judge waits for a lock that the student's side holds: less than the app waits for an answer, so that
PostgreSQL tells why."""
FOLLOWING = 10.0
"""Seconds that a replica may take to have the role that its primary has."""

Connection = psycopg.Connection[tuple[object, ...]]


def let_in(server: Server, password: str) -> None:
    """Make the role, with its rights in every schema that is there or comes. A replica has it from its primary."""
    with psycopg.connect(server.admin_url, autocommit=True, connect_timeout=5) as connection:
        if _is_there(connection):
            return
        if connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
            _await(connection, server.name)
            return
        made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} CONNECTION LIMIT {}")
        connection.execute(made.format(sql.Identifier(ROLE), sql.Literal(password), sql.Literal(CONNECTIONS)))
        database, owner = sql.Identifier(connection.info.dbname), sql.Identifier(urlsplit(server.url).username or "")
        connection.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
        for statement in RIGHTS:
            connection.execute(statement.encode())
        for rights in IN_SCHEMAS:
            schemas = sql.SQL(", ").join(map(sql.Identifier, _schemas(connection)))
            connection.execute(sql.SQL("GRANT " + rights + " TO {}").format(schemas, sql.Identifier(ROLE)))
        for rights in TO_COME:
            come = sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT " + rights + " TO {}")
            connection.execute(come.format(owner, sql.Identifier(ROLE)))
        connection.execute(COUNTERS.encode())
        # Nobody can be kept from taking a lock on what they may write to; the judge does not wait for it for ever.
        connection.execute(sql.SQL("ALTER ROLE {} SET lock_timeout = {}").format(owner, sql.Literal(f"{LOCKED}s")))


def socket(folder: Path, number: int) -> Path:
    """Named as libpq names its own, from which a URL finds it."""
    return folder / f".s.PGSQL.{_port(number)}"


def url(server: Server, folder: Path, number: int, password: str) -> str:
    """The same database as the app's."""
    return f"postgresql://{ROLE}:{password}@{urlsplit(server.url).path}?host={folder}&port={_port(number)}"


RIGHTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC",
    # an unlimited statement would hold a server that has to be killed and started again
    f"ALTER ROLE {ROLE} SET statement_timeout = '8s'",
    f"ALTER ROLE {ROLE} SET idle_in_transaction_session_timeout = '8s'",
)
IN_SCHEMAS = (
    "USAGE ON SCHEMA {}",
    "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {}",
    "USAGE ON ALL SEQUENCES IN SCHEMA {}",
)
TO_COME = ("USAGE ON SCHEMAS", "SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE ON SEQUENCES")
"""The same for what the owner of the tables makes later."""
COUNTERS = f"REVOKE INSERT, UPDATE, DELETE ON pg_stat_statements, pg_stat_statements_info FROM {ROLE}"


def _port(number: int) -> int:
    return 5432 + number


def _is_there(connection: Connection) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is not None


def _await(connection: Connection, name: str) -> None:
    if not until(lambda: _is_there(connection), FOLLOWING):
        raise LabError(f"The replica {name} did not follow its primary within {FOLLOWING:g} s.")


def _schemas(connection: Connection) -> list[str]:
    """All that are not PostgreSQL's own."""
    ours = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1"
    return [str(name) for (name,) in connection.execute(ours)]
