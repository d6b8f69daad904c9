"""The same work with nothing around it: the statements of a page by psycopg alone, the rows of a town by COPY alone."""

import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from flask.sessions import SecureCookieSessionInterface
from psycopg import sql

from minigram.lab.load import Known, Request
from minigram.lab.servers import Server
from minigram.stages.ch01_one_server import OneServer
from minigram.web.app import create_app

Statement = tuple[bytes, Mapping[str, Any]]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The statements that the system sends PostgreSQL during the block, as psycopg is given them."""
    sent: list[Statement] = []
    execute = psycopg.Cursor.execute

    def note(cursor: Any, query: bytes, params: Mapping[str, Any], **options: Any) -> Any:
        sent.append((query, dict(params)))
        return execute(cursor, query, params, **options)

    with patch.object(psycopg.Cursor, "execute", note):
        yield sent


def rate(url: str, statements: Sequence[Statement], seconds: float, prepare: bool = True) -> float:
    """How often a second one connection gets all rows of all these statements; `prepare` is as for a Node."""
    done, end = 0, time.perf_counter() + seconds
    threshold = 5 if prepare else None  # 5 is psycopg's own
    with psycopg.connect(url, autocommit=True, prepare_threshold=threshold) as connection:
        while time.perf_counter() < end:
            for statement, parameters in statements:
                connection.execute(statement, parameters).fetchall()
            done += 1
    return done / seconds


def copy_again(server: Server) -> float:
    """Seconds that COPY takes for all rows of the app's tables, into the same tables emptied, as text ready to send."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY oid"
        ).fetchall()
        tables = [sql.Identifier(str(name)) for (name,) in found]
        content = []
        for table in tables:
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(table)) as copying:
                content.append(b"".join(bytes(block) for block in copying))
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(tables)))
        begun = time.perf_counter()
        for table, rows in zip(tables, content, strict=True):
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copying:
                copying.write(rows)
        return time.perf_counter() - begun


def cookie(system: OneServer, token: str) -> str:
    """The Cookie header of a browser that is logged in with this token."""
    app = create_app(system)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'token': token})}"


def home_page(known: Known, rng: random.Random) -> Request:
    """An action: the home feed as HTML, by somebody whose token is the whole Cookie header."""
    person = rng.choice(list(known.tokens))
    return Request("GET", "/", headers={"Cookie": known.tokens[person]}, person=person)


@contextmanager
def variable(name: str, value: str) -> Iterator[None]:
    """An environment variable has this value during the block, and what it had before afterwards."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
