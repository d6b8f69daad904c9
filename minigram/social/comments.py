"""Comments: what people write under a photo. A comment lies with the photo."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from minigram.databases import Databases, Transaction
from minigram.events import CommentDeleted, Commented, Events, PersonDeleted
from minigram.social import text
from minigram.social.errors import Forbidden, Missing
from minigram.social.people import People
from minigram.social.tables import comments, photos

PAGE = 50
"""How many comments a page has."""

_PAGE = (
    select(comments.c.id, comments.c.person_id, comments.c.text, comments.c.written_at)
    .where(comments.c.photo_id == bindparam("photo"), comments.c.id > bindparam("after"))
    .order_by(comments.c.id)
    .limit(PAGE)
)


@dataclass(frozen=True)
class Comment:
    id: int
    person_id: int
    person: str
    text: str
    written_at: datetime


class Comments:
    def __init__(self, databases: Databases, people: People, events: Events) -> None:
        self._databases, self._people, self._events = databases, people, events

    def write(self, photo: int, person: int, said: str) -> int:
        """A new comment; its id. Raises Invalid or Missing."""
        said = text.comment(said)
        try:
            with self._databases.of(photo).begin() as tx:
                new = insert(comments).values(photo_id=photo, person_id=person, text=said).returning(comments.c.id)
                id: int = tx.execute(new)[0].id
                self._events.publish(tx, Commented(photo, id, person))
        except IntegrityError as error:
            raise Missing("This photo is not here. It may have been deleted.") from error
        try:
            self._people.confirm(person)
        except Missing:
            self.delete(id, person)
            raise
        return id

    def on(self, photo: int, after: int = 0) -> list[Comment]:
        """A page of the comments on a photo, oldest first, by people who are still here.

        A page that is not full is the last.
        """
        rows = self._databases.of(photo).read(_PAGE, photo=photo, after=after)
        names = self._people.names([row.person_id for row in rows])
        found = [
            Comment(row.id, row.person_id, names[row.person_id], row.text, row.written_at)
            for row in rows
            if row.person_id in names
        ]
        if len(found) < len(rows) == PAGE:
            found += self.on(photo, rows[-1].id)[: PAGE - len(found)]
        return found

    def delete(self, id: int, person: int) -> None:
        """By whoever wrote it, or whose photo it is. Raises Missing, or Forbidden for anybody else."""
        with self._databases.of(id).begin() as tx:
            found = select(comments.c.photo_id, comments.c.person_id, photos.c.author_id).join(photos)
            rows = tx.execute(found.where(comments.c.id == id).with_for_update(of=comments))
            if not rows:
                raise Missing("This comment is not here. It may have been deleted.")
            if person not in (rows[0].person_id, rows[0].author_id):
                raise Forbidden("Only whoever wrote a comment, or posted the photo, can delete it.")
            tx.execute(delete(comments).where(comments.c.id == id))
            self._events.publish(tx, CommentDeleted(rows[0].photo_id, id, rows[0].person_id))

    def person_deleted(self, tx: Transaction, event: PersonDeleted) -> None:
        """Handler: what somebody who has left has written."""
        tx.execute(delete(comments).where(comments.c.person_id == event.person))
