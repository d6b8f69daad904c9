"""People: who they are, and how they prove it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ARRAY, BigInteger, any_, bindparam, delete, insert, select, update

from minigram.databases import Databases
from minigram.directory import Directory
from minigram.events import Events, PersonDeleted, PhotoDeleted
from minigram.social import text
from minigram.social.errors import Invalid, Missing, Taken
from minigram.social.tables import people, photos

# What OWASP's password storage guide asks of Argon2id at the least: 19 MiB, two passes.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    full_name: str
    bio: str
    joined_at: datetime


public = [people.c[f] for f in Person.__dataclass_fields__]
"""The columns of a Person, in its order: neither the address nor the password's hash."""

_PERSON = select(*public).where(people.c.id == bindparam("id"))
_WITH_HASH = _PERSON.add_columns(people.c.password_hash)
_NAMES = (
    select(people.c.id, people.c.name)
    .where(people.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    .order_by(people.c.id.desc())
)


class People:
    """Sign up, log in, profiles, and leaving."""

    def __init__(self, databases: Databases, directory: Directory, events: Events) -> None:
        self._databases, self._directory, self._events = databases, directory, events

    def sign_up(self, name: str, email: str, password: str, full_name: str = "") -> Person:
        """A new person. Raises Invalid, or Taken where somebody has the name or the address.

        The person comes first and the claim second, for they may lie on two servers: what a crash between the
        two leaves behind is a person whom nobody can find, never a name without a person.
        """
        values = {"name": text.name(name), "email": text.email(email), "full_name": text.full_name(full_name)}
        password = text.password(password)
        for field in ("name", "email"):
            if self._directory.find(values[field]) is not None:
                raise Taken(field)
        home = self._databases.draw()
        with home.begin() as tx:
            new = insert(people).values(**values, password_hash=hash_password(password)).returning(*public)
            person = Person(*tx.execute(new)[0])
        try:
            self._directory.claim(person.id, values["name"], values["email"])
        except BaseException:
            with home.begin() as tx:
                tx.execute(delete(people).where(people.c.id == person.id))
            raise
        return person

    def log_in(self, handle: str, password: str) -> Person:
        """The person with this name or address and this password. Raises Invalid without telling which is wrong."""
        id = self._directory.find(handle.strip())
        rows = [] if id is None else self._databases.of(id).fresh.read(_WITH_HASH, id=id)
        # A name that nobody has costs as much time as a wrong password, so that time does not tell.
        kept = rows[0].password_hash if rows else _nobodys_hash()
        if not _matches(kept, password) or not rows:
            raise Invalid("password", "This name and password do not belong together. Check both.")
        return Person(*rows[0][:-1])

    def get(self, id: int) -> Person | None:
        rows = self._databases.of(id).read(_PERSON, id=id)
        return Person(*rows[0]) if rows else None

    def named(self, name: str) -> Person:
        """The person of this name. Raises Missing."""
        id = self._directory.find(name)
        person = None if id is None else self.get(id)
        if person is None or person.name != name.lower():
            raise Missing(f"There is nobody called {name!r} here.")
        return person

    def names(self, ids: Sequence[int]) -> dict[int, str]:
        """The names of many, by id; whoever has left is left out."""
        wanted = sorted(set(ids))
        return {row.id: row.name for row in self._databases.each(wanted, _NAMES, limit=len(wanted))}

    def describe(self, person: int, full_name: str, bio: str) -> None:
        """Change the profile. Raises Invalid."""
        values = {"full_name": text.full_name(full_name), "bio": text.bio(bio)}
        with self._databases.of(person).begin() as tx:
            tx.execute(update(people).where(people.c.id == person).values(**values))

    def confirm(self, person: int) -> None:
        """Raises Missing if the person has left, or is just leaving.

        For what lies at another's home, and so does not wait for the person's row. Written first and confirmed
        then, it is either found by the deletion of the account, or taken back by who wrote it.
        """
        with self._databases.of(person).begin() as tx:
            here = select(people.c.id).where(people.c.id == person).with_for_update(read=True, key_share=True)
            if not tx.execute(here):
                raise Missing("Your account has been deleted.")

    def leave(self, person: int, password: str) -> None:
        """Delete the account and all that belongs to it, wherever it lies. Raises Invalid if the password is wrong.

        The person's row goes first: what could still add to what belongs to it (a photo, an edge) waits for that
        row, and is refused once this commits.
        """
        home = self._databases.of(person)
        with home.begin() as tx:
            mine = people.c.id == person
            rows = tx.execute(select(people).where(mine).with_for_update())
            if not rows or not _matches(rows[0].password_hash, password):
                raise Invalid("password", "This is not your password. Enter it to delete your account.")
            belongings = tx.execute(select(photos.c.id, photos.c.media).where(photos.c.author_id == person))
            tx.execute(delete(people).where(mine))  # and, by cascade, photos, sessions and edges at this home
            for photo in belongings:
                self._events.publish(tx, PhotoDeleted(photo.id, person, photo.media))
            self._events.publish(tx, PersonDeleted(person, rows[0].name, rows[0].email))


def hash_password(password: str) -> str:
    """Argon2id, salted."""
    return _hasher.hash(password)


def _matches(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody")
