"""The home feed, pulled: asked for anew, of everybody whom one follows, each time that it is looked at."""

from sqlalchemy import ARRAY, BigInteger, bindparam, func, select, true

from minigram.databases import Databases
from minigram.social.follows import Follows
from minigram.social.photos import NEWEST, PAGE, SEEN, Photo
from minigram.social.tables import photos

_author = func.unnest(bindparam("ids", type_=ARRAY(BigInteger))).table_valued("id").render_derived("author")
_theirs = (
    select(photos.c.id)
    .where(photos.c.author_id == _author.c.id, photos.c.id < bindparam("before"))
    .order_by(photos.c.id.desc())
    .limit(PAGE)
    .lateral("theirs")
)
_newest = select(_theirs.c.id).select_from(_author).join(_theirs, true()).order_by(_theirs.c.id.desc()).limit(PAGE)
_page = _newest.subquery("newest")

NEWEST_OF = SEEN.join(_page, _page.c.id == photos.c.id).order_by(photos.c.id.desc())
"""The newest photos of the authors `:ids` that come before the id `:before`, as `:viewer` sees them.

From each author at most a page is read, straight from the index on (author_id, id): the work grows with the number of
authors, not with how much they have posted.
"""


class Feed:
    def __init__(self, databases: Databases, follows: Follows) -> None:
        self._databases, self._follows = databases, follows

    def home(self, viewer: int, before: int = NEWEST) -> list[Photo]:
        """A page of the photos of those whom the viewer follows, and of the viewer's own, newest first."""
        authors = [viewer, *self._follows.following(viewer)]
        rows = self._databases.each(authors, NEWEST_OF, limit=PAGE, viewer=viewer, before=before)
        return [Photo(*row) for row in rows]
