"""How a server says that it does not have a shard, or has it no longer."""

import re

import psycopg
from psycopg import errors
from sqlalchemy.exc import ProgrammingError

_REFUSALS = (errors.InsufficientPrivilege, errors.InvalidSchemaName, errors.UndefinedTable)
_SCHEMA = re.compile(r"\bs([0-9]{4,})\b")


def refused(error: Exception) -> int | None:
    """The shard that the server refuses: no privileges on its schema, or no such schema. None for any other error.

    A statement that is refused has done nothing.
    """
    cause = error.orig if isinstance(error, ProgrammingError) else error
    if not isinstance(cause, _REFUSALS):
        return None
    # PostgreSQL fills diag.schema_name for constraints alone; but all of these messages name the schema, or else, for
    # the sequence, the function that they come from.
    named = _SCHEMA.search(f"{cause.diag.message_primary} {cause.diag.context}")
    return int(named[1]) if named else None


Refusal = (psycopg.ProgrammingError, ProgrammingError)
"""What may be one."""
