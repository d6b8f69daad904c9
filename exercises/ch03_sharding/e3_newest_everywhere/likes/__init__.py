"""What somebody likes on photos of every shard, and the pages of it as they should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from minigram.course.judge import Staged
from minigram.course.judge.staged import Member
from minigram.course.judge.trouble import Trouble
from minigram.databases.ids import schema_of, shard_of

DAY = datetime(2024, 2, 28, 23, 59, 58, tzinfo=UTC)
SECOND = 1_000_000
SERVERS = ("db1", "db2")


def places(case: Staged) -> dict[int, str]:
    """The server of each shard, as of now."""
    return dict(case.sql("SELECT shard, server FROM shards ORDER BY shard"))


def everywhere(case: Staged, statement: str, *parameters: object) -> list[tuple[int, ...]]:
    """A statement as the owner, in each shard; `{}` is for its schema."""
    found = list[tuple[int, ...]]()
    for shard, server in places(case).items():
        found += case.sql(statement.format(schema_of(shard)), *parameters, server=server)
    return found


def photos(case: Staged, each: int) -> list[int]:
    """So many photos of every shard, the greatest id last; new ones where there are not enough."""
    newest = "SELECT id FROM {}.photos ORDER BY id DESC LIMIT %s"
    found = everywhere(case, newest, each)
    if len(found) < each * len(places(case)):
        everywhere(
            case,
            "WITH author AS "
            "(INSERT INTO {0}.people (name, email, password_hash) VALUES ('someone', '', '') RETURNING id) "
            "INSERT INTO {0}.photos (author_id, media, width, height, caption) "
            "SELECT id, 'none', 1, 1, '' FROM author CROSS JOIN generate_series(1, %s)",
            each,
        )
        found = everywhere(case, newest, each)
    return sorted(id for (id,) in found)


def page(case: Staged, who: Member, limit: int, cursor: str | None) -> tuple[list[int], str | None]:
    """The ids of a page, and the cursor of the next. Raises Trouble where the answer is none."""
    return read(case.request("GET", path(limit, cursor), who).data())


def path(limit: int, cursor: str | None) -> str:
    """Where a page is asked for; the cursor may be any text at all."""
    return f"/liked?limit={limit}" + ("" if cursor is None else f"&cursor={quote(cursor, safe='', errors='replace')}")


def read(answer: object) -> tuple[list[int], str | None]:
    """What the JSON of a page says."""
    match answer:
        case {"photos": list(found), "next": str() | None as following} if len(following or "") <= 500:
            return [int(str(id)) if str(id).isdigit() else 0 for id in found], following
    raise Trouble("answer", f"GET /liked was answered with {str(answer)[:200]}")


@dataclass
class Walk:
    """What one person likes and unlikes, and how far they have turned the pages: `lines` tells all of it, `last` is the
    photo that the last page ended with, `wrong` is whether a page was not as it has to be, and `places` has the server
    of each shard when it began."""

    case: Staged
    who: Member
    photos: Sequence[int]

    def __post_init__(self) -> None:
        self.lines: list[str] = []
        self.places = places(self.case)
        self.liked: dict[int, datetime] = {}
        self.last = 0
        self.wrong = False
        self._place: tuple[datetime, int] | None = None
        self.cursor: str | None = None

    def like(self, times: dict[int, int]) -> None:
        """Photos, each with the moment at which it is liked: microseconds after DAY."""
        by_shard: dict[int, list[int]] = {}
        for photo, at in times.items():
            self.liked[photo] = DAY + timedelta(microseconds=at)
            self.lines.append(f"{self._named(photo)} is liked at {self.liked[photo]:%Y-%m-%d %H:%M:%S.%f}")
            by_shard.setdefault(shard_of(photo), []).append(photo)
        rows = "INSERT INTO {}.likes (photo_id, person_id, liked_at) SELECT photo, %s, at FROM "
        rows += "unnest(%s::bigint[], %s::timestamptz[]) AS new (photo, at)"
        for shard, some in by_shard.items():
            self._sql(shard, rows, self.who.id, some, [self.liked[photo] for photo in some])

    def unlike(self, photo: int) -> None:
        if self.liked.pop(photo, None) is not None:
            self.lines.append(f"{self._named(photo)} is not liked any more")
            delete = "DELETE FROM {}.likes WHERE photo_id = %s AND person_id = %s"
            self._sql(shard_of(photo), delete, photo, self.who.id)

    def turn(self, limit: int) -> bool:
        """Ask for the next page, or after the last for the first; whether it is as it has to be."""
        newest = sorted(((at, photo) for photo, at in self.liked.items()), reverse=True)
        left = [one for one in newest if self._place is None or one < self._place]
        more = len(left) > limit
        expected = [photo for _, photo in left[:limit]]
        asked = f"GET /liked?limit={limit}" + ("" if self.cursor is None else "&cursor=<next of the page before>")
        try:
            found, self.cursor = page(self.case, self.who, limit, self.cursor)
        except Trouble as trouble:
            if trouble.kind not in ("error", "answer"):
                raise
            self.lines += [asked, f"   expected {self._told(expected, more)}", f"   found    {trouble}"]
            self.wrong = True
            return False
        right = found == expected and (self.cursor is not None) == more
        told = f"\n   expected {self._told(expected, more)}\n   found    "
        self.lines.append(asked + (": " if right else told) + self._told(found, self.cursor is not None))
        self._place = left[limit - 1] if more else None
        self.last = expected[-1] if expected else 0
        self.wrong = self.wrong or not right
        return right

    def rest(self, limit: int) -> bool:
        """Turn until the last page."""
        while self.turn(limit):
            if self._place is None:
                return True
        return False

    def example(self) -> str:
        """Every step up to here."""
        first = "photos are numbered in the order of their ids; s is the shard of each"
        return "\n".join([first, *(f"    {line}" for line in self.lines)])

    def _sql(self, shard: int, statement: str, *parameters: object) -> None:
        self.case.sql(statement.format(schema_of(shard)), *parameters, server=self.places[shard])

    def _named(self, photo: int) -> str:
        known = photo in self.photos
        return f"photo {self.photos.index(photo) + 1} (s{shard_of(photo)})" if known else f"a photo with the id {photo}"

    def _told(self, found: Sequence[int], more: bool) -> str:
        names = ", ".join(self._named(photo).removeprefix("photo ") for photo in found)
        return f"photos [{names[:500]}], next {'a cursor' if more else 'null'}"
