"""Letting the student's side come to a PostgreSQL: as a role that can read and write rows, and nothing else.

The role owns no table, so it can drop and change none; it makes no table and no temporary one, no large object and no
function; it is no superuser, so it resets no statistics and stops counting nothing. What it may still do to itself,
as to change its own password, harms nobody else.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from minigram.course.judge.relay import Relay
from minigram.lab import LabError
from minigram.lab.servers import Server

ROLE = "student"
CONNECTIONS = 40
"""Of the server's hundred; the others are the judge's."""


@dataclass(frozen=True)
class Admitted:
    """A server as the student's side sees it: `url` is that side's, `admin_url` the judge's."""

    kind: str
    name: str
    url: str
    admin_url: str
    relay: Relay


def admit(server: Server, folder: Path, number: int) -> Admitted:
    """Make the role, and a socket in `folder` that leads to the server."""
    if server.kind != "postgres":
        raise LabError(f"The judge does not know yet how to let a submission come to a server of kind {server.kind}.")
    password, port = secrets.token_hex(16), 5432 + number
    with psycopg.connect(server.admin_url, autocommit=True, connect_timeout=5) as connection:
        name = connection.info.dbname
        made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} CONNECTION LIMIT {}")
        connection.execute(made.format(sql.Identifier(ROLE), sql.Literal(password), sql.Literal(CONNECTIONS)))
        connection.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        for statement in RIGHTS:
            connection.execute(statement.encode())
    relay = Relay(folder / f".s.PGSQL.{port}", server.port, CONNECTIONS)
    url = f"postgresql://{ROLE}:{password}@/{name}?host={folder}&port={port}"
    return Admitted(server.kind, server.name, url, server.admin_url, relay)


RIGHTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
    f"REVOKE INSERT, UPDATE, DELETE ON pg_stat_statements, pg_stat_statements_info FROM {ROLE}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
    "REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC",
    # an unlimited statement would hold a server that has to be killed and started again
    f"ALTER ROLE {ROLE} SET statement_timeout = '8s'",
    f"ALTER ROLE {ROLE} SET idle_in_transaction_session_timeout = '8s'",
)
