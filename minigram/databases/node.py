"""One PostgreSQL server, as the app talks to it: a pool of connections, and what can be done on one of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Executable, Table, create_engine, event
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from minigram.databases import Rows, Unavailable
from minigram.databases.patience import SECONDS, BoundedConnection, Breaker
from minigram.databases.reading import Reader


class Node:
    """`connections` bounds how many a process uses at a time; who comes then waits for up to five seconds, and so does
    whoever waits for an answer (but for `copy`, which has all the time that it needs).

    `prepare` is whether statements that come again are prepared on the server. That takes a connection that is the
    app's own: a pooler between the two lends another one for each transaction.

    Everything here raises Unavailable when the server does not answer or ends the conversation.
    """

    def __init__(self, url: str, connections: int = 16, prepare: bool = True) -> None:
        # A read that is a transaction of its own costs BEGIN and ROLLBACK, two round trips more than the read.
        self._engine = create_engine(
            url,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=SECONDS,
            pool_use_lifo=True,  # the connection used last has its statements prepared
            connect_args={"connect_timeout": SECONDS, **({} if prepare else {"prepare_threshold": None})},
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
        )
        event.listen(self._engine, "do_connect", _connect)
        event.listen(self._engine, "checkout", _notice_end)
        self._breaker = Breaker()
        self._reader = Reader(self._engine, connections)
        self._writing = self._engine.execution_options(isolation_level="READ COMMITTED")  # from the same pool

    @property
    def fresh(self) -> "Node":
        """The same node for reads that must never be stale."""
        return self

    def read(self, query: bytes, values: Mapping[str, object] | Sequence[object]) -> Rows:
        """The rows of one statement that only reads, outside any transaction."""
        with self._answering():
            return self._reader.read(query, values)

    @contextmanager
    def begin(self, schema: str | None = None) -> Iterator["NodeTransaction"]:
        """A transaction; tables that name no schema are those of `schema`."""
        writing = self._writing.execution_options(schema_translate_map={None: schema}) if schema else self._writing
        with self._answering(), writing.begin() as connection:
            transaction = NodeTransaction(connection)
            yield transaction
        with ExitStack() as following:  # each of them is called, also when another fails
            for then in reversed(transaction.then):
                following.callback(then)

    def copy(
        self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]], schema: str = "public"
    ) -> None:
        """Load many rows at once (COPY), all or none, and VACUUM ANALYZE."""
        name = sql.Identifier(schema, table.name)
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(name, sql.SQL(", ").join(map(sql.Identifier, columns)))
        with self._answering(), self._at_leisure() as connection:
            with connection.transaction(), connection.cursor() as cursor, cursor.copy(into) as copying:
                for row in rows:
                    copying.write_row(row)
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(name))

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _at_leisure(self) -> Iterator[BoundedConnection]:
        """One of the connections, in autocommit mode, with all the time that it needs."""
        lent = self._engine.raw_connection()
        connection = cast(BoundedConnection, lent.dbapi_connection)
        connection.patience = None
        try:
            yield connection
        finally:
            connection.patience = SECONDS
            if connection.closed:
                lent.invalidate()
            lent.close()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        asked = self._breaker.ask()
        try:
            yield
        except IntegrityError:
            raise
        except PoolTimeout as error:  # this process has many to serve; the server may be well
            raise Unavailable("all connections to PostgreSQL are in use") from error
        except (OperationalError, InterfaceError, InternalError, psycopg.OperationalError) as error:
            self._breaker.in_vain(asked)
            raise Unavailable("PostgreSQL did not answer") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("PostgreSQL ended the conversation") from error
            raise


class NodeTransaction:
    """A transaction on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.then: list[Callable[[], None]] = []

    def execute(self, statement: Executable) -> Rows:
        result = self._connection.execute(statement)
        return result.all() if result.returns_rows else []

    def after_commit(self, then: Callable[[], None]) -> None:
        self.then.append(then)


def _notice_end(connection: BoundedConnection, record: object, proxy: object) -> None:
    """Before a connection of the pool is used: if the server has ended it meanwhile, that lies in the socket already.

    Looking costs no round trip. One that has ended means, most likely, that the server was restarted: all of that age
    are replaced.
    """
    try:
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()  # the end itself, where a last word came before it
    except psycopg.OperationalError as error:
        raise InvalidatePoolError from error


def _connect(dialect: object, record: object, args: tuple[str, ...], options: dict[str, Any]) -> BoundedConnection:
    return BoundedConnection.connect(*args, **options)
