"""Likes: who likes which photo. A like lies with the photo."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from minigram.databases import Databases, Transaction
from minigram.events import Events, Liked, PersonDeleted, Unliked
from minigram.social.errors import Missing
from minigram.social.people import People
from minigram.social.tables import likes


class Likes:
    """Each of its deeds may be done twice; the second time changes nothing."""

    def __init__(self, databases: Databases, people: People, events: Events) -> None:
        self._databases, self._people, self._events = databases, people, events

    def like(self, photo: int, person: int) -> None:
        """Raises Missing."""
        try:
            with self._databases.of(photo).begin() as tx:
                new = insert(likes).values(photo_id=photo, person_id=person).on_conflict_do_nothing()
                if not tx.execute(new.returning(likes.c.photo_id)):
                    return
                self._events.publish(tx, Liked(photo, person))
        except IntegrityError as error:
            raise Missing("This photo is not here. It may have been deleted.") from error
        try:
            self._people.confirm(person)
        except Missing:
            self.unlike(photo, person)
            raise

    def unlike(self, photo: int, person: int) -> None:
        with self._databases.of(photo).begin() as tx:
            mine = (likes.c.photo_id == photo, likes.c.person_id == person)
            if tx.execute(delete(likes).where(*mine).returning(likes.c.photo_id)):
                self._events.publish(tx, Unliked(photo, person))

    def person_deleted(self, tx: Transaction, event: PersonDeleted) -> None:
        """Handler: what somebody who has left has liked."""
        tx.execute(delete(likes).where(likes.c.person_id == event.person))
