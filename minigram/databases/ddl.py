"""The statements that create tables on an empty PostgreSQL."""

from collections.abc import Iterable

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable


def create(tables: Iterable[Table]) -> tuple[str, ...]:
    """CREATE TABLE and CREATE INDEX, in an order in which they can be run."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    statements: list[CreateTable | CreateIndex] = []
    for table in tables:
        statements.append(CreateTable(table))
        statements.extend(CreateIndex(index) for index in sorted(table.indexes, key=lambda index: str(index.name)))
    return tuple(str(statement.compile(dialect=dialect)).strip() for statement in statements)
