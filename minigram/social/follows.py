"""Follows: an edge, kept at both of its ends so that each side can be listed at home."""

from sqlalchemy import bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from minigram.databases import Databases, Transaction
from minigram.events import Events, Followed, PersonDeleted, Unfollowed
from minigram.social.errors import Invalid, Missing
from minigram.social.tables import followers, following

_EDGE = select(
    exists().where(following.c.follower_id == bindparam("follower"), following.c.followee_id == bindparam("followee"))
)
_FOLLOWING = select(following.c.followee_id).where(following.c.follower_id == bindparam("person"))
_COUNTS = select(
    select(func.count()).select_from(followers).where(followers.c.followee_id == bindparam("person")).scalar_subquery(),
    select(func.count()).select_from(following).where(following.c.follower_id == bindparam("person")).scalar_subquery(),
)


class Follows:
    """Each of its deeds may be done twice; the second time changes nothing."""

    def __init__(self, databases: Databases, events: Events) -> None:
        self._databases, self._events = databases, events

    def follow(self, follower: int, followee: int) -> None:
        """Raises Invalid for oneself, Missing for somebody who has left."""
        if follower == followee:
            raise Invalid("name", "You see your own photos anyway: nobody follows themselves.")
        try:
            with self._databases.of(follower).begin() as tx:
                edge = insert(following).values(follower_id=follower, followee_id=followee)
                if tx.execute(edge.on_conflict_do_nothing().returning(following.c.followee_id)):
                    self._events.publish(tx, Followed(follower, followee))
        except IntegrityError as error:
            raise Missing("There is nobody here by this name any more.") from error

    def unfollow(self, follower: int, followee: int) -> None:
        with self._databases.of(follower).begin() as tx:
            edge = (following.c.follower_id == follower, following.c.followee_id == followee)
            if tx.execute(delete(following).where(*edge).returning(following.c.followee_id)):
                self._events.publish(tx, Unfollowed(follower, followee))

    def follows(self, follower: int, followee: int) -> bool:
        return bool(self._databases.of(follower).read(_EDGE, follower=follower, followee=followee)[0][0])

    def following(self, person: int) -> list[int]:
        """All whom the person follows."""
        return [row.followee_id for row in self._databases.of(person).read(_FOLLOWING, person=person)]

    def counts(self, person: int) -> tuple[int, int]:
        """How many follow the person, and how many the person follows."""
        row = self._databases.of(person).read(_COUNTS, person=person)[0]
        return row[0], row[1]

    def followed(self, tx: Transaction, event: Followed) -> None:
        """Handler: the edge's other end."""
        edge = insert(followers).values(followee_id=event.followee, follower_id=event.follower)
        tx.execute(edge.on_conflict_do_nothing())

    def unfollowed(self, tx: Transaction, event: Unfollowed) -> None:
        """Handler: the edge's other end goes, too."""
        edge = (followers.c.followee_id == event.followee, followers.c.follower_id == event.follower)
        tx.execute(delete(followers).where(*edge))

    def refused(self, tx: Transaction, event: Followed) -> None:
        """Handler: there is no other end, for whoever was followed has left."""
        tx.execute(delete(following).where(following.c.followee_id == event.followee))

    def person_deleted(self, tx: Transaction, event: PersonDeleted) -> None:
        """Handler: the ends that others keep of the edges of somebody who has left."""
        tx.execute(delete(following).where(following.c.followee_id == event.person))
        tx.execute(delete(followers).where(followers.c.follower_id == event.person))
