"""What somebody has liked, the newest likes first, from all servers.

`Databases.all` asks each server once, and merges by the column `id`, the greatest first. So each like is given one
number that sorts as its place in the order of all.
"""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, DateTime, Integer, Numeric, bindparam, cast, extract, literal_column, select, tuple_

from minigram.databases.sharded.databases import ShardedDatabases
from minigram.social.errors import Invalid
from minigram.social.tables import likes

IDS = 2**63
"""More than the greatest id."""

_place = tuple_(bindparam("at", type_=DateTime(timezone=True)), bindparam("photo", type_=BigInteger))
_microseconds = cast(extract("epoch", likes.c.liked_at), Numeric) * literal_column("1000000", Numeric)
_NEXT = (
    select((_microseconds * literal_column(str(IDS), Numeric) + likes.c.photo_id).label("id"))
    .where(likes.c.person_id == bindparam("person"), tuple_(likes.c.liked_at, likes.c.photo_id) < _place)
    .order_by(likes.c.liked_at.desc(), likes.c.photo_id.desc())
    .limit(bindparam("most", type_=Integer))
)
"""At most `:most` likes of `:person` that come before the place (`:at`, `:photo`), newest first, of one shard: straight
from its index, wherever the place."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BEFORE_ALL = datetime.max.replace(tzinfo=UTC), IDS - 1
"""The place that every like comes before."""


class Liked:
    """Likes lie with their photos, on every server; their order is that of (`liked_at`, `photo_id`)."""

    def __init__(self, databases: ShardedDatabases) -> None:
        self._databases = databases

    def page(self, person: int, cursor: str | None, limit: int) -> tuple[list[int], str | None]:
        """The ids of the photos of a page, and the cursor of the next, or None after the last.

        Raises Invalid for a text that is no cursor, and Unavailable where a server does not answer.
        """
        at, photo = _BEFORE_ALL if cursor is None else _read(cursor)
        # One more than is shown tells whether there is a next page.
        rows = self._databases.all(_NEXT, limit + 1, person=person, at=at, photo=photo, most=limit + 1)
        found = [divmod(int(row.id), IDS) for row in rows]
        following = ".".join(map(str, found[limit - 1])) if len(found) > limit else None
        return [photo for _, photo in found[:limit]], following


def _read(cursor: str) -> tuple[datetime, int]:
    match = re.fullmatch(r"(-?[0-9]{1,18})\.([0-9]{1,19})", cursor)
    try:
        if match and int(match[2]) < IDS:
            return _EPOCH + int(match[1]) * _MICROSECOND, int(match[2])
    except OverflowError:
        pass
    raise Invalid("cursor", "This is no cursor of this page. Take 'next' as it stands, or begin without a cursor.")
