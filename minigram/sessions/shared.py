"""Sessions in Redis, where every web server finds them."""

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import cast

from redis import Redis
from redis.exceptions import RedisError

from minigram.databases import Transaction, Unavailable
from minigram.databases.patience import SECONDS, Breaker
from minigram.events import PersonDeleted, once
from minigram.sessions import DAYS
from minigram.social.errors import Missing
from minigram.social.people import Person

LASTS = timedelta(days=DAYS)


class SharedSessions:
    """`session:<hash>` is the person's id, and goes when the session is over. `sessions:<person>` has the hashes
    of all of the person's sessions, by the time at which they are over, so that all can be ended at once.

    Redis has only hashes of the tokens: whoever reads it cannot log in with what it holds.
    """

    def __init__(self, store: "Store", get: Callable[[int], Person | None]) -> None:
        """`get` finds a person who is here, or None."""
        self._store = store
        self._get = get

    def start(self, person: int) -> str:
        token = secrets.token_urlsafe(32)
        now = time.time()
        with self._store.asking() as redis, redis.pipeline(transaction=True) as together:
            together.zremrangebyscore(_all(person), 0, now)
            together.zadd(_all(person), {hash_of(token): now + LASTS.total_seconds()})
            together.expire(_all(person), LASTS)
            together.set(_one(hash_of(token)), person, ex=LASTS)
            together.execute()
        # Looked for after it is written: whoever leaves at this moment either sees it and ends it, or is gone here.
        if self._get(person) is None:
            self.end(token)
            raise Missing("This account has been deleted.")
        return token

    def find(self, token: str) -> Person | None:
        if not re.fullmatch(r"[\w-]{43}", token, re.ASCII):
            return None
        with self._store.asking() as redis:
            person = cast("bytes | None", redis.get(_one(hash_of(token))))
        return self._get(int(person)) if person is not None else None

    def end(self, token: str) -> None:
        with self._store.asking() as redis:
            person = cast("bytes | None", redis.getdel(_one(hash_of(token))))
            if person is not None:
                redis.zrem(_all(int(person)), hash_of(token))

    def end_all(self, person: int) -> None:
        """Log the person out everywhere."""
        with self._store.asking() as redis:
            hashes = cast("list[bytes]", redis.zrange(_all(person), 0, -1))
            redis.delete(_all(person), *(_one(found.decode()) for found in hashes))

    @once
    def person_deleted(self, tx: Transaction, event: PersonDeleted) -> None:
        """Handler: nobody is logged in any more as somebody who has left."""
        tx.after_commit(lambda: self.end_all(event.person))

    def close(self) -> None:
        self._store.close()


class Store:
    """The Redis of the sessions."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
        self._breaker = Breaker()

    @contextmanager
    def asking(self) -> Iterator[Redis]:
        """Raises Unavailable when Redis does not answer."""
        asked = self._breaker.ask()
        try:
            yield self._redis
        except RedisError as error:
            self._breaker.in_vain(asked)
            raise Unavailable("Redis did not answer") from error

    def close(self) -> None:
        self._redis.close()


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _one(hashed: str) -> str:
    return f"session:{hashed}"


def _all(person: int) -> str:
    return f"sessions:{person}"
