"""Likes that are counted when they are given, in the transaction that gives them."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from exercises.ch01_one_server.e3_like_counter.stage import like_counts
from minigram.databases import Databases, Transaction
from minigram.events import Events, Liked, PersonDeleted, Unliked
from minigram.social.errors import Missing
from minigram.social.people import People
from minigram.social.tables import likes

_COUNTS = (
    select(like_counts.c.photo_id.label("id"), like_counts.c.likes)
    .where(like_counts.c.photo_id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    .order_by(like_counts.c.photo_id.desc())
)


class CountedLikes:
    """Each of its deeds may be done twice; the second time changes nothing.

    Every transaction writes likes first and counters second, the counters in the order of their ids. So none waits
    for another that waits for it.
    """

    def __init__(self, databases: Databases, people: People, events: Events) -> None:
        self._databases, self._people, self._events = databases, people, events

    def like(self, photo: int, person: int) -> None:
        """Raises Missing where there is no such photo, or no such person any more."""
        try:
            with self._databases.of(photo).begin() as tx:
                new = insert(likes).values(photo_id=photo, person_id=person).on_conflict_do_nothing()
                if not tx.execute(new.returning(likes.c.photo_id)):
                    return
                first = insert(like_counts).values(photo_id=photo, likes=1)
                one_more = {"likes": like_counts.c.likes + 1}
                tx.execute(first.on_conflict_do_update(index_elements=["photo_id"], set_=one_more))
                self._events.publish(tx, Liked(photo, person))
        except IntegrityError as error:
            raise Missing("This photo is not here. It may have been deleted.") from error
        try:
            self._people.confirm(person)
        except Missing:
            self.unlike(photo, person)
            raise

    def unlike(self, photo: int, person: int) -> None:
        """Nothing happens where the person did not like the photo."""
        with self._databases.of(photo).begin() as tx:
            mine = (likes.c.photo_id == photo, likes.c.person_id == person)
            if tx.execute(delete(likes).where(*mine).returning(likes.c.photo_id)):
                one_less = update(like_counts).values(likes=like_counts.c.likes - 1)
                tx.execute(one_less.where(like_counts.c.photo_id == photo))
                self._events.publish(tx, Unliked(photo, person))

    def counts(self, photos: Sequence[int]) -> dict[int, int]:
        """How many people like each of these photos; 0 for one that nobody likes."""
        found = self._databases.each(list(photos), _COUNTS, limit=len(photos))
        return dict.fromkeys(photos, 0) | {row.id: row.likes for row in found}

    def person_deleted(self, tx: Transaction, event: PersonDeleted) -> None:
        """Handler: the likes of somebody who has left go, and are not counted any more."""
        gone = tx.execute(delete(likes).where(likes.c.person_id == event.person).returning(likes.c.photo_id))
        # One array, however many they are: a statement takes no more than 65,535 parameters.
        theirs = like_counts.c.photo_id == any_(literal([row.photo_id for row in gone], ARRAY(BigInteger)))
        # An UPDATE locks rows in the order in which it comes upon them, which two who leave at once may not share.
        tx.execute(select(like_counts.c.photo_id).where(theirs).order_by(like_counts.c.photo_id).with_for_update())
        tx.execute(update(like_counts).where(theirs).values(likes=like_counts.c.likes - 1))
