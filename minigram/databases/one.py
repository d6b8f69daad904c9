"""All homes are one PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Executable, Table, create_engine, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from minigram.databases import AnySelect, Rows, Unavailable
from minigram.databases.reading import Reader


class OneDatabase:
    """Databases and the only Home in one.

    `connections` bounds how many PostgreSQL sees from this process; who comes then waits for up to five seconds.
    """

    def __init__(self, url: str, connections: int = 16) -> None:
        # A read that is a transaction of its own costs BEGIN and ROLLBACK, two round trips more than the read.
        self._engine = create_engine(
            url,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=5,
            pool_use_lifo=True,  # the connection used last has its statements prepared
            connect_args={"connect_timeout": 5},
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
        )
        self._reader = Reader(self._engine, connections)
        self._writing = self._engine.execution_options(isolation_level="READ COMMITTED")  # from the same pool

    def of(self, id: int) -> "OneDatabase":
        return self

    def draw(self) -> "OneDatabase":
        return self

    def every(self) -> Sequence["OneDatabase"]:
        return (self,)

    def each(self, ids: Sequence[int], query: AnySelect, limit: int, **params: object) -> Rows:
        return self.read(query, ids=list(ids), **params)[:limit] if ids else []

    def read(self, statement: Executable, **params: object) -> Rows:
        with _answering():
            return self._reader.read(statement, params)

    @contextmanager
    def begin(self) -> Iterator["OneTransaction"]:
        with _answering(), self._writing.begin() as connection:
            transaction = OneTransaction(connection)
            yield transaction
        with ExitStack() as following:  # each of them is called, also when another fails
            for then in reversed(transaction.then):
                following.callback(then)

    def ids(self, table: Table, count: int) -> list[int]:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        return [row[0] for row in self.read(select(func.nextval(sequence)).select_from(func.generate_series(1, count)))]

    def copy(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with _answering(), self._writing.begin() as connection:  # noqa: SIM117 (the cursor is the connection's)
            with connection.connection.cursor() as cursor, cursor.copy(into) as copying:  # type: ignore[attr-defined]
                for row in rows:
                    copying.write_row(row)
        with _answering(), self._engine.connect() as connection:
            connection.exec_driver_sql(f'VACUUM (ANALYZE) "{table.name}"')

    def close(self) -> None:
        self._engine.dispose()


class OneTransaction:
    """A transaction on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.then: list[Callable[[], None]] = []

    def execute(self, statement: Executable) -> Rows:
        result = self._connection.execute(statement)
        return result.all() if result.returns_rows else []

    def after_commit(self, then: Callable[[], None]) -> None:
        self.then.append(then)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except (OperationalError, InterfaceError, InternalError, PoolTimeout, psycopg.OperationalError) as error:
        raise Unavailable("PostgreSQL did not answer") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("PostgreSQL ended the conversation") from error
        raise
