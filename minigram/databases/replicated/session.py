"""A session: somebody whose reads must not go back behind what they have written or seen."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from minigram.databases.replicated.position import Mark


@dataclass(frozen=True)
class Place:
    """Where a session stands with one group: its reads need `mark`, and it has seen what the replica `at` shows, to
    which it moved at the moment `since`, in seconds since 1970.

    `at` is None for a session that has kept to the replica that it was drawn.
    """

    mark: Mark | None = None
    at: str | None = None
    since: float = 0.0


Places = Mapping[str, Place]
"""By group."""


class Session:
    """Safe for threads. Its key tells it from others, and draws the replica that it keeps to.

    `key` and `load`, which is given the key, are asked once, when it first reads or writes.
    """

    def __init__(self, key: Callable[[], str], load: Callable[[str], Places] = lambda key: {}) -> None:
        self.changed = False
        self._find_key, self._load = key, load
        self._lock = threading.RLock()
        self._key: str | None = None
        self._places: dict[str, Place] | None = None

    @property
    def key(self) -> str:
        with self._lock:
            if self._key is None:
                self._key = self._find_key()
            return self._key

    def becomes(self, key: str) -> None:
        """It goes on under another key, with all that it has seen."""
        with self._lock:
            self._loaded()
            self._key, self.changed = key, True

    @property
    def places(self) -> Places:
        """What has to be kept until the session reads again."""
        return dict(self._loaded())

    def place(self, group: str) -> Place:
        return self._loaded().get(group, Place())

    def needs(self, group: str, mark: Mark) -> None:
        """From now on its reads of the group need at least that."""
        with self._lock:
            place = self.place(group)
            if place.mark is None or place.mark < mark:
                self._loaded()[group] = replace(place, mark=mark)
                self.changed = True

    def moves(self, group: str, to: str) -> None:
        """From now on it keeps to another replica."""
        with self._lock:
            self._loaded()[group] = replace(self.place(group), at=to, since=time.time())
            self.changed = True

    def order(self, members: Sequence[str]) -> list[str]:
        """The members in the order in which the session prefers them (rendezvous hashing): the order of those that stay
        is the same when others come and go."""
        if len(members) == 1:  # as most groups have; asked before each read
            return [*members]
        return sorted(members, key=lambda name: hashlib.blake2b(f"{self.key} {name}".encode()).digest())

    def _loaded(self) -> dict[str, Place]:
        with self._lock:
            if self._places is None:
                self._places = dict(self._load(self.key))
            return self._places


_current: ContextVar[Session | None] = ContextVar("session", default=None)


def current() -> Session | None:
    """Whose reads and writes these are; None for work that is nobody's."""
    return _current.get()


@contextmanager
def reading_as(session: Session) -> Iterator[Session]:
    """What is done in the block is the session's. (A thread that is started has to be given the context.)"""
    before = _current.set(session)
    try:
        yield session
    finally:
        _current.reset(before)
