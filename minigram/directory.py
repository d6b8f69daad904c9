"""What is unique in the whole world, and who it belongs to: names and e-mail addresses.

Both are handles: a name has no "@", an address has one, so one table and one look-up serve both.
"""

from collections.abc import Iterable

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from minigram.databases import Databases, Transaction
from minigram.events import PersonDeleted, once
from minigram.social.errors import Taken

handles = Table(
    "handles",
    MetaData(),
    Column("handle", Text, primary_key=True),
    Column("person_id", BigInteger, nullable=False),
)

_OWNER = select(handles.c.person_id).where(handles.c.handle == bindparam("handle"))


class Directory:
    """Who has which handle. Handles are kept in lower case."""

    def __init__(self, databases: Databases) -> None:
        self._home = databases.every()[0]

    def find(self, handle: str) -> int | None:
        """The person who has this name or address, or None."""
        if not handle.isprintable():  # PostgreSQL would refuse to look for some of these
            return None
        found = self._home.fresh.read(_OWNER, handle=handle.lower())
        return found[0].person_id if found else None

    def claim(self, person: int, name: str, email: str) -> None:
        """Give both handles to the person, or neither. Raises Taken, naming the field, if somebody has one."""
        rows = [{"handle": h.lower(), "person_id": person} for h in (name, email)]
        try:
            with self._home.begin() as tx:
                tx.execute(insert(handles).values(rows))
        except IntegrityError as error:
            taken = "name" if self.find(name) is not None else "email"
            raise Taken(taken) from error

    def copy(self, rows: Iterable[tuple[str, int]]) -> None:
        """Load many handles at once, each with whose it is."""
        self._home.copy(handles, ("handle", "person_id"), rows)

    @once
    def release(self, tx: Transaction, event: PersonDeleted) -> None:
        """Handler: the handles of somebody who has left are free again."""
        mine = handles.c.person_id == event.person
        tx.execute(delete(handles).where(handles.c.handle.in_([event.name.lower(), event.email.lower()]), mine))
