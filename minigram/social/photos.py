"""Photos: post, look at, delete. A photo lies at its author's home, and its likes and comments lie with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import bindparam, delete, exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from minigram.databases import Databases, Transaction
from minigram.events import Events, PhotoDeleted, PhotoPosted
from minigram.media import Media
from minigram.social import text
from minigram.social.errors import Forbidden, Missing
from minigram.social.tables import comments, likes, people, photos

PAGE = 20
"""How many photos a page has."""

NEWEST = 2**63 - 1
"""The cursor that every photo comes before."""


@dataclass(frozen=True)
class Photo:
    """A photo as one person (`liked`) sees it."""

    id: int
    author_id: int
    author: str
    media: str
    width: int
    height: int
    caption: str
    posted_at: datetime
    likes: int
    comments: int
    liked: bool


SEEN = select(
    photos.c.id,
    photos.c.author_id,
    people.c.name.label("author"),
    photos.c.media,
    photos.c.width,
    photos.c.height,
    photos.c.caption,
    photos.c.posted_at,
    select(func.count()).select_from(likes).where(likes.c.photo_id == photos.c.id).scalar_subquery().label("likes"),
    select(func.count())
    .select_from(comments)
    .where(comments.c.photo_id == photos.c.id)
    .scalar_subquery()
    .label("comments"),
    exists().where(likes.c.photo_id == photos.c.id, likes.c.person_id == bindparam("viewer")).label("liked"),
).join(people, people.c.id == photos.c.author_id)
"""Photos as `:viewer` sees them, with the columns of a Photo. All of it lies at the photo's own home."""

_ONE = SEEN.where(photos.c.id == bindparam("id"))
_NEWEST = SEEN.where(photos.c.id < bindparam("before")).order_by(photos.c.id.desc()).limit(PAGE)
_BY_AUTHOR = _NEWEST.where(photos.c.author_id == bindparam("author"))
_COUNT = select(func.count()).select_from(photos).where(photos.c.author_id == bindparam("author"))


class Photos:
    """Pages are in the order of ids, newest first, and continue before the last id of the page before (keyset)."""

    def __init__(self, databases: Databases, media: Media, events: Events) -> None:
        self._databases, self._media, self._events = databases, media, events

    def post(self, author: int, upload: BinaryIO, caption: str) -> int:
        """A new photo; its id. Raises Invalid for the image or the caption, Missing if the author has just left."""
        caption = text.caption(caption)
        stored = self._media.save(upload)
        try:
            with self._databases.of(author).begin() as tx:
                new = insert(photos).values(
                    author_id=author, media=stored.media, width=stored.width, height=stored.height, caption=caption
                )
                id: int = tx.execute(new.returning(photos.c.id))[0].id
                self._events.publish(tx, PhotoPosted(id, author))
        except IntegrityError as error:
            self._media.delete(stored.media)
            raise Missing("Your account has been deleted.") from error
        # Any other failure may come after the commit: an image that nobody shows is better than a photo without one.
        return id

    def get(self, id: int, viewer: int) -> Photo:
        """Raises Missing."""
        rows = self._databases.of(id).read(_ONE, id=id, viewer=viewer)
        if not rows:
            raise Missing("This photo is not here. It may have been deleted.")
        return Photo(*rows[0])

    def by(self, author: int, viewer: int, before: int = NEWEST) -> list[Photo]:
        """A page of one person's photos."""
        rows = self._databases.of(author).read(_BY_AUTHOR, author=author, viewer=viewer, before=before)
        return [Photo(*row) for row in rows]

    def count(self, author: int) -> int:
        return int(self._databases.of(author).read(_COUNT, author=author)[0][0])

    def newest(self, viewer: int, before: int = NEWEST) -> list[Photo]:
        """A page of everybody's photos."""
        rows = self._databases.all(_NEWEST, limit=PAGE, viewer=viewer, before=before)
        return [Photo(*row) for row in rows]

    def delete(self, id: int, person: int) -> None:
        """Raises Missing, and Forbidden if it is somebody else's."""
        with self._databases.of(id).begin() as tx:
            rows = tx.execute(select(photos.c.author_id, photos.c.media).where(photos.c.id == id).with_for_update())
            if not rows:
                raise Missing("This photo is not here. It may have been deleted.")
            if rows[0].author_id != person:
                raise Forbidden("Only the person who posted a photo can delete it.")
            tx.execute(delete(photos).where(photos.c.id == id))
            self._events.publish(tx, PhotoDeleted(id, person, rows[0].media))

    def forget_image(self, tx: Transaction, event: PhotoDeleted) -> None:
        """Handler: the image goes once the row is gone for good."""
        tx.after_commit(lambda: self._media.delete(event.media))
