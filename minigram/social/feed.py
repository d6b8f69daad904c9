"""The home feed, pulled: asked for anew, of everybody whom one follows, each time that it is looked at."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, bindparam, func, select, true

from minigram.databases import AnySelect, Databases
from minigram.social.follows import Follows
from minigram.social.photos import NEWEST, PAGE, Photo, seen_by
from minigram.social.tables import photos


class Feed:
    def __init__(self, databases: Databases, follows: Follows) -> None:
        self._databases, self._follows = databases, follows

    def home(self, viewer: int, before: int = NEWEST) -> list[Photo]:
        """A page of the photos of those whom the viewer follows, and of the viewer's own, newest first."""
        authors = [viewer, *self._follows.following(viewer)]
        rows = self._databases.each(authors, lambda some: newest_of(some, viewer, before), limit=PAGE)
        return [Photo(*row) for row in rows]


def newest_of(authors: Sequence[int], viewer: int, before: int) -> AnySelect:
    """Select the newest photos of many authors.

    From each author at most a page is read, straight from the index on (author_id, id), however many there are:
    the work grows with the number of authors, not with what they have posted.
    """
    author = func.unnest(bindparam("authors", list(authors), ARRAY(BigInteger))).table_valued("id").render_derived()
    theirs = select(photos.c.id).where(photos.c.author_id == author.c.id, photos.c.id < before)
    newest_each = theirs.order_by(photos.c.id.desc()).limit(PAGE).lateral("theirs")
    newest = select(newest_each.c.id).select_from(author).join(newest_each, true())
    newest_page = newest.order_by(newest_each.c.id.desc()).limit(PAGE).subquery("newest")
    return seen_by(viewer).join(newest_page, newest_page.c.id == photos.c.id).order_by(photos.c.id.desc())
