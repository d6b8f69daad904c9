"""Sessions in PostgreSQL, at the person's home."""

import hashlib
import re
import secrets
from datetime import timedelta

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from minigram.databases import Databases
from minigram.sessions import DAYS
from minigram.social.errors import Missing
from minigram.social.people import Person, public
from minigram.social.tables import people, sessions

_LOGGED_IN = (
    select(*public)
    .join(sessions, sessions.c.person_id == people.c.id)
    .where(sessions.c.token_hash == bindparam("token_hash"), sessions.c.expires_at > func.now())
)


class StoredSessions:
    """The token is `<person>.<random>`, so that it tells where to look. PostgreSQL has only a hash of it:
    whoever reads the table cannot log in with what it holds."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    def start(self, person: int) -> str:
        token = f"{person}.{secrets.token_urlsafe(32)}"
        with self._databases.of(person).begin() as tx:
            over = sessions.c.expires_at < func.now()
            tx.execute(delete(sessions).where(sessions.c.person_id == person, over))
            expiry = func.now() + timedelta(days=DAYS)
            try:
                tx.execute(insert(sessions).values(token_hash=_hash(token), person_id=person, expires_at=expiry))
            except IntegrityError as error:
                raise Missing("This account has been deleted.") from error
        return token

    def find(self, token: str) -> Person | None:
        person = _person(token)
        if person is None:
            return None
        rows = self._databases.of(person).fresh.read(_LOGGED_IN, token_hash=_hash(token))
        return Person(*rows[0]) if rows else None

    def end(self, token: str) -> None:
        person = _person(token)
        if person is not None:
            with self._databases.of(person).begin() as tx:
                tx.execute(delete(sessions).where(sessions.c.token_hash == _hash(token)))


def _person(token: str) -> int | None:
    match = re.fullmatch(r"([1-9][0-9]{0,18})\.[\w-]{43}", token, re.ASCII)
    id = int(match[1]) if match else 0
    return id if 0 < id < 2**63 else None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
