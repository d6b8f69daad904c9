"""Who has saved which photo. A bookmark lies at the home of the person who saved it."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    MetaData,
    Table,
    any_,
    bindparam,
    delete,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from minigram.bookmarks.popular import Popular
from minigram.databases import Databases, Transaction
from minigram.events import PhotoDeleted
from minigram.social.photos import PAGE, SEEN, Photo, Photos
from minigram.social.tables import people, photos

bookmarks = Table(
    "bookmarks",
    MetaData(),
    Column("person_id", BigInteger, ForeignKey(people.c.id, ondelete="CASCADE"), primary_key=True),
    Column("photo_id", BigInteger, primary_key=True),
    Index("bookmarks_of_photo", "photo_id"),
)

_MINE = select(bookmarks.c.photo_id).where(bookmarks.c.person_id == bindparam("person"))
_ONE = _MINE.where(bookmarks.c.photo_id == bindparam("photo"))
_LAST = _MINE.order_by(bookmarks.c.photo_id.desc()).limit(PAGE)
_THESE = (
    SEEN.where(photos.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))).order_by(photos.c.id.desc()).limit(PAGE)
)


class Saved:
    """Saving and taking back may be done twice; the second time changes nothing."""

    def __init__(self, databases: Databases, photos: Photos, popular: Popular) -> None:
        self._databases, self._photos, self._popular = databases, photos, popular

    def save(self, person: int, photo: int) -> None:
        """Raises Missing."""
        self._photos.get(photo, person)
        with self._databases.of(person).begin() as tx:
            new = insert(bookmarks).values(person_id=person, photo_id=photo).on_conflict_do_nothing()
            if tx.execute(new.returning(bookmarks.c.photo_id)):
                tx.after_commit(lambda: self._popular.saved(photo))

    def drop(self, person: int, photo: int) -> None:
        with self._databases.of(person).begin() as tx:
            mine = (bookmarks.c.person_id == person, bookmarks.c.photo_id == photo)
            tx.execute(delete(bookmarks).where(*mine))

    def has(self, person: int, photo: int) -> bool:
        return bool(self._databases.of(person).read(_ONE, person=person, photo=photo))

    def by(self, person: int) -> list[Photo]:
        """The last photos that somebody has saved, newest first."""
        ids = [row.photo_id for row in self._databases.of(person).read(_LAST, person=person)]
        return [Photo(*row) for row in self._databases.each(ids, _THESE, limit=PAGE, viewer=person)]

    def photo_deleted(self, tx: Transaction, event: PhotoDeleted) -> None:
        """Handler: nobody keeps a bookmark of a photo that is gone."""
        tx.execute(delete(bookmarks).where(bookmarks.c.photo_id == event.photo))
