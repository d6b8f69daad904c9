"""Likes and unlikes by many people: drawing them, having them really meet, and comparing the counts with the rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minigram.course.judge import Staged, meeting
from minigram.course.judge.staged import Member
from minigram.course.judge.trouble import Trouble

TOGETHER = 8
"""Requests on their way at a time: one web process alone has a thread for each of them."""
SHOWN = 20
"""Steps of an example."""
FOUND = 6
"""Lines of an example that say what was wrong, of each kind."""


@dataclass(frozen=True)
class Deed:
    """Somebody likes a photo ("PUT"), or likes it no longer ("DELETE")."""

    method: str
    photo: int
    who: Member

    def __str__(self) -> str:
        return f"{self.method} /api/photos/{self.photo}/like by person {self.who.id}"

    def wrong(self, case: Staged) -> str:
        """Do it. What is wrong with the answer, or nothing."""
        try:
            status = case.request(self.method, f"/api/photos/{self.photo}/like", self.who).status
        except Trouble as trouble:
            if trouble.kind != "error":
                raise
            return f"{self} failed: {trouble}"
        return "" if status == 204 else f"{self} was answered with {status}, not 204"


def post(case: Staged, author: Member, count: int = 1) -> list[int]:
    """New photos, as rows."""
    rows = case.sql(
        "INSERT INTO photos (author_id, media, width, height, caption) "
        "SELECT %s, 'none', 1, 1, '' FROM generate_series(1, %s) RETURNING id",
        author.id,
        count,
    )
    return [id for (id,) in rows]


def off(case: Staged, photos: Sequence[int]) -> tuple[int, list[str]]:
    """By how much the student's counts differ from the rows, over all these photos, and a line for each that does."""
    found = case.request("GET", f"/counts/{','.join(map(str, photos))}").data()
    if not isinstance(found, dict):
        raise Trouble("answer", f"counts must return a dictionary, and it came as {str(found)[:80]}")
    rows = "SELECT photo_id, count(*) FROM likes WHERE photo_id = ANY(%s) GROUP BY photo_id"
    truth = dict(case.sql(rows, list(photos)))
    total, lines = 0, []
    for photo in photos:
        likes, told = truth.get(photo, 0), found.get(str(photo), "not there")
        if type(told) is not int or told != likes:
            total += min(abs(told - likes), 1_000_000) if type(told) is int else max(1, likes)
            lines.append(f"counts(…)[{photo}] is {str(told)[:30]}; rows of it in likes: {likes}")
    return total, lines


def written(before: str, steps: Sequence[object], *wrong: Sequence[str]) -> str:
    """An example: where one begins, the steps, and what was wrong after them; cut where it is long."""
    lines = [before, *(f"    {step}" for step in steps[:SHOWN])]
    if len(steps) > SHOWN:
        lines.append(f"    … {len(steps) - SHOWN} more")
    return "\n".join([*lines, *[f"then {line}" for part in wrong for line in part[:FOUND]]])


def meet(case: Staged, deeds: Sequence[Callable[[], str]], table: str, kill: bool = False) -> list[str]:
    """Do all of them so that they really meet at the table; PostgreSQL may be killed just then. What was wrong."""
    found = meeting.meet(case, deeds, TOGETHER, meeting.writes_to(table), then=case.kill_database if kill else None)
    return [wrong for wrong in found if wrong]


def drawn(case: Staged, fans: Sequence[Member], photos: Sequence[int], more: int) -> list[Deed]:
    """Each of them likes a photo, and then they do so many things more."""
    draw = case.random
    first = [Deed("PUT", draw.choice(photos), who) for who in fans]
    return first + [Deed(draw.choice(["PUT", "DELETE"]), draw.choice(photos), draw.choice(fans)) for _ in range(more)]


def unkept(case: Staged, deeds: Sequence[Deed]) -> list[str]:
    """A line for each person and photo of whom all deeds say the same, and the row in `likes` does not."""
    asked: dict[tuple[int, int], set[str]] = {}
    for deed in deeds:
        asked.setdefault((deed.photo, deed.who.id), set()).add(deed.method)
    likes = liked(case)
    return [
        f"person {person} {'likes' if methods == {'PUT'} else 'does not like'} photo {photo}, and likes says otherwise"
        for (photo, person), methods in asked.items()
        if len(methods) == 1 and ((photo, person) in likes) != (methods == {"PUT"})
    ]


def liked(case: Staged) -> set[tuple[int, int]]:
    """Each like that there is: the photo and the person."""
    return {(photo, person) for photo, person in case.sql("SELECT photo_id, person_id FROM likes")}
