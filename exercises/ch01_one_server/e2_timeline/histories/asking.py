"""Asking the student's timeline, and whom one follows."""

from collections.abc import Sequence
from urllib.parse import quote

from minigram.course.judge import Staged
from minigram.course.judge.staged import Member
from minigram.course.judge.trouble import Trouble

LONGEST = 500
"""Characters of a cursor."""


def page(case: Staged, viewer: Member, limit: int, cursor: str | None) -> tuple[list[str], str | None]:
    """The ids of a page, and the cursor of the next. Raises Trouble where the answer is none."""
    answer = case.request("GET", path(limit, cursor), viewer)
    match answer.data():
        case {"photos": list(photos), "next": str() | None as following} if answer.status == 200:
            if following is not None and len(following) > LONGEST:
                raise Trouble("answer", f"a cursor of {len(following):,} characters; {LONGEST} are allowed")
            return [str(photo) for photo in photos], following
    raise Trouble("answer", f"GET /timeline was answered with {answer.status} {answer.text[:200]}")


def path(limit: int, cursor: str | None) -> str:
    """Where a page is asked for; the cursor may be any text at all."""
    after = "" if cursor is None else f"&cursor={quote(cursor, safe='', errors='replace')}"
    return f"/timeline?limit={limit}{after}"


def follow(case: Staged, follower: Member, followees: Sequence[Member]) -> None:
    """Rows at both ends."""
    ids = [person.id for person in followees]
    case.sql("INSERT INTO following (follower_id, followee_id) SELECT %s, unnest(%s::bigint[])", follower.id, ids)
    case.sql("INSERT INTO followers (followee_id, follower_id) SELECT unnest(%s::bigint[]), %s", ids, follower.id)
