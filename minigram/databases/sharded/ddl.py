"""The statements that create logical shards on an empty PostgreSQL."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import MetaData, Table, text
from sqlalchemy.schema import DefaultClause

from minigram.databases import ids
from minigram.databases.ddl import create
from minigram.databases.ids import schema_of


def create_shards(shards: Iterable[int], tables: Iterable[Table]) -> tuple[str, ...]:
    """For each shard a schema with what makes its ids, and with all these tables, whose ids it makes."""
    template = _template(tuple(tables))
    return tuple(statement for shard in shards for statement in _create(schema_of(shard), shard, template))


def _create(schema: str, shard: int, template: Iterable[str]) -> tuple[str, ...]:
    tables = (statement.replace(_ANY, schema) for statement in template)
    return (f"CREATE SCHEMA {schema}", *ids.ddl(schema, shard), *tables)


_ANY = "any_shard"


@cache
def _template(tables: tuple[Table, ...]) -> tuple[str, ...]:
    """Written down once for all shards: SQLAlchemy takes longer for it than PostgreSQL."""
    copies = MetaData()
    return create([_with_ids(table.to_metadata(copies, schema=_ANY)) for table in tables])


def _with_ids(table: Table) -> Table:
    for column in table.columns:
        if column.identity is not None:
            column.identity = None
            column.server_default = DefaultClause(text(f"{_ANY}.next_id()"))
    return table
