"""Likes that are counted when they are given, not when they are looked at. The statement says what is asked for.

The counters belong in the table `like_counts`, which is defined in `stage.py` beside this file:
`from exercises.ch01_one_server.e3_like_counter.stage import like_counts`.
"""

from collections.abc import Sequence

from minigram.databases import Databases, Transaction
from minigram.events import Events, PersonDeleted
from minigram.social.people import People


class CountedLikes:
    """Each of its deeds may be done twice; the second time changes nothing."""

    def __init__(self, databases: Databases, people: People, events: Events) -> None:
        self._databases, self._people, self._events = databases, people, events

    def like(self, photo: int, person: int) -> None:
        """Raises Missing where there is no such photo, or no such person any more."""
        raise NotImplementedError

    def unlike(self, photo: int, person: int) -> None:
        """Nothing happens where the person did not like the photo."""
        raise NotImplementedError

    def counts(self, photos: Sequence[int]) -> dict[int, int]:
        """How many people like each of these photos; 0 for one that nobody likes."""
        raise NotImplementedError

    def person_deleted(self, tx: Transaction, event: PersonDeleted) -> None:
        """Handler: the likes of somebody who has left go, and are not counted any more."""
        raise NotImplementedError
