"""The statements that create tables on an empty PostgreSQL."""

from collections.abc import Iterable

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable


def create(tables: Iterable[Table]) -> tuple[str, ...]:
    """CREATE TABLE and CREATE INDEX, in an order in which they can be run."""
    dialect = postgresql.dialect()
    return tuple(
        str(made.compile(dialect=dialect)).strip()
        for table in tables
        for made in (CreateTable(table), *(CreateIndex(i) for i in sorted(table.indexes, key=lambda i: str(i.name))))
    )
