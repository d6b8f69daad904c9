"""Where the sessions stand: what they have written and seen, in Redis, where every web server finds it."""

from collections.abc import Callable
from typing import cast

from minigram.databases.replicated.position import Lsn, Mark
from minigram.databases.replicated.session import Place, Places, Session, current, reading_as
from minigram.sessions.shared import LASTS, SharedSessions, Store, hash_of
from minigram.social.people import Person


class KeptPlaces:
    """`places:<hash>` is a sorted set: "<group> <timeline>" by LSN, and "<group> at <replica>" by when it moved there.
    Redis keeps the greater score (GT), so requests of one session that end at the same time take nothing from each
    other, and a slow one does not take the session back to where it was when that began."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def load(self, token: str) -> Places:
        """By group. Raises Unavailable."""
        with self.store.asking() as redis:
            found = cast("list[tuple[bytes, float]]", redis.zrange(_key(token), 0, -1, withscores=True))
        marks: dict[str, Mark] = {}
        at: dict[str, tuple[str, float]] = {}
        for member, score in found:  # by score: the last time is the greatest
            group, what, *where = member.decode().split()
            if where:
                at[group] = where[0], score
            else:
                mark = Mark(int(what), Lsn(score))
                marks[group] = max(mark, marks.get(group, mark))
        return {group: Place(marks.get(group), *at.get(group, ())) for group in {*marks, *at}}

    def save(self, token: str, places: Places) -> None:
        """Raises Unavailable."""
        scores: dict[str, float] = {}  # a float is exact up to 2^53: 9 PB of WAL
        for group, place in places.items():
            if place.mark is not None:
                scores[f"{group} {place.mark.timeline}"] = float(place.mark.lsn)
            if place.at is not None:
                scores[f"{group} at {place.at}"] = place.since
        if scores:
            with self.store.asking() as redis, redis.pipeline(transaction=True) as together:
                together.zadd(_key(token), scores, gt=True)
                together.expire(_key(token), LASTS)
                together.execute()

    def close(self) -> None:
        self.store.close()


class PlacedSessions(SharedSessions):
    """A session begins where it can see the person who has just signed up."""

    def __init__(self, get: Callable[[int], Person | None], confirm: Callable[[int], None], places: KeptPlaces) -> None:
        """`confirm` makes sure, on the primary, that a person is here, or raises Missing."""
        super().__init__(places.store, get)
        self._confirm, self._places = confirm, places

    def start(self, person: int) -> str:
        with reading_as(current() or Session(lambda: str(person))) as session:
            self._confirm(person)
            token = super().start(person)
        session.becomes(token)
        self._places.save(token, session.places)
        return token


def _key(token: str) -> str:
    return f"places:{hash_of(token)}"
