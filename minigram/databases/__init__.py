"""The one door to PostgreSQL. Every id carries its home, so the door finds the rows of any id.

`social/` says what it wants to know and of whom; where those rows lie is the business of this package alone.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Executable, Select, Table

Rows = Sequence[Any]
"""Rows are tuples whose columns have names, too."""

AnySelect = Select[*tuple[Any, ...]]


class Unavailable(Exception):
    """PostgreSQL did not answer, or ended the conversation. Nothing was acknowledged; trying again is right."""


class Transaction(Protocol):
    """What is done within it is committed together, at its end, or not at all."""

    def execute(self, statement: Executable) -> Rows:
        """The rows that the statement returns, in its order; none where it returns no rows.

        Raises `sqlalchemy.exc.IntegrityError` where a constraint refuses it, and Unavailable.
        """

    def after_commit(self, then: Callable[[], None]) -> None:
        """Call `then` once the transaction is durable, and never if it is rolled back."""


class Home(Protocol):
    """Where the rows of some ids lie."""

    def read(self, statement: Executable, **params: object) -> Rows:
        """The rows of one statement that only reads, outside any transaction: one round trip.

        A statement with parameters is best made once and kept: making it takes Python longer than running it.
        """

    @property
    def fresh(self) -> "Home":
        """The same home for reads that must never be stale, as of what somebody is allowed to do."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """A transaction, committed where the block ends and rolled back where it raises."""

    def ids(self, table: Table, count: int) -> list[int]:
        """Fresh ids for rows of a table, in their order, as its default would give them."""

    def copy(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Load many rows at once (COPY), all or none; PostgreSQL knows them well afterwards (VACUUM, ANALYZE)."""


class Databases(Protocol):
    """All homes."""

    def of(self, id: int) -> Home:
        """The home of a person, a photo or a comment."""

    def draw(self) -> Home:
        """The home of somebody who is about to sign up."""

    def every(self) -> Sequence[Home]:
        """All homes, for what belongs to no id."""

    def each(self, ids: Sequence[int], query: AnySelect, limit: int, **params: object) -> Rows:
        """Ask the homes of many ids: at most `limit` rows, those with the greatest `id` first.

        `query` selects what is wanted of the ids in its array parameter `ids`, with a column `id`, greatest first, and
        never more than `limit` rows. Each server is asked once, with the ids that live there; no ids, no question.
        """

    def all(self, query: AnySelect, limit: int, **params: object) -> Rows:
        """Ask all homes: at most `limit` rows, those with the greatest `id` first.

        `query` is as for `each`, but for the ids. Each server is asked once.
        """
