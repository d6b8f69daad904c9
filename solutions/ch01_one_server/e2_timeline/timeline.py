"""A timeline that neither skips nor repeats: a cursor is a place in the order, whether or not a photo is there."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, DateTime, Integer, bindparam, func, select, true, tuple_

from minigram.databases import Databases
from minigram.social.errors import Invalid
from minigram.social.follows import Follows
from minigram.social.photos import NEWEST
from minigram.social.tables import photos

_place = tuple_(bindparam("time", type_=DateTime(timezone=True)), bindparam("id", type_=BigInteger))
_most = bindparam("most", type_=Integer)
_author = func.unnest(bindparam("ids", type_=ARRAY(BigInteger))).table_valued("id").render_derived("author")
_theirs = (
    select(photos.c.posted_at, photos.c.id)
    .where(photos.c.author_id == _author.c.id, tuple_(photos.c.posted_at, photos.c.id) < _place)
    .order_by(photos.c.posted_at.desc(), photos.c.id.desc())
    .limit(_most)
    .lateral("theirs")
)

NEXT_OF = (
    select(_theirs.c.posted_at, _theirs.c.id)
    .select_from(_author)
    .join(_theirs, true())
    .order_by(_theirs.c.posted_at.desc(), _theirs.c.id.desc())
    .limit(_most)
)
"""At most `:most` photos of the authors `:ids` that come before the place (`:time`, `:id`), newest first.

From each author at most so many are read, straight from the index on (author_id, posted_at, id), wherever the place.
"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BEFORE_ALL = datetime.max.replace(tzinfo=UTC), NEWEST
"""The place that every photo comes before."""


class Timeline:
    """Photos in the order of (posted_at, id), newest first."""

    def __init__(self, databases: Databases, follows: Follows) -> None:
        self._databases, self._follows = databases, follows

    def page(self, viewer: int, cursor: str | None, limit: int) -> tuple[list[int], str | None]:
        """The ids of a page, and the cursor of the next, or None after the last. Raises Invalid for a wrong cursor."""
        time, id = _BEFORE_ALL if cursor is None else _read(cursor)
        authors = [viewer, *self._follows.following(viewer)]
        # One more than is shown tells whether there is a next page.
        found = self._databases.of(viewer).read(NEXT_OF, ids=authors, time=time, id=id, most=limit + 1)
        shown = found[:limit]
        following = _written(shown[-1].posted_at, shown[-1].id) if len(found) > limit else None
        return [row.id for row in shown], following


def _written(time: datetime, id: int) -> str:
    """Whole microseconds, all that PostgreSQL keeps of a time, and the id."""
    return f"{(time - _EPOCH) // _MICROSECOND}.{id}"


def _read(cursor: str) -> tuple[datetime, int]:
    match = re.fullmatch(r"(-?[0-9]{1,18})\.([0-9]{1,19})", cursor)
    try:
        if match and int(match[2]) <= NEWEST:
            return _EPOCH + int(match[1]) * _MICROSECOND, int(match[2])
    except OverflowError:
        pass
    raise Invalid("cursor", "This is no cursor of a timeline. Take 'next' as it stands, or begin without a cursor.")
