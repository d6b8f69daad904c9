"""What a home feed costs PostgreSQL: statements, rows and buffers, counted by PostgreSQL itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from minigram.databases import Databases
from minigram.lab.counters import counting
from minigram.lab.experiments.crowd import reader
from minigram.lab.people import Residents
from minigram.lab.running import Running
from minigram.social.feed import NEWEST_OF
from minigram.social.follows import Follows
from minigram.social.photos import NEWEST, PAGE, Photo, Photos

TIMES = 5
"""How often each feed is looked at; the counts are divided by it."""


class HomeFeed(Protocol):
    def home(self, viewer: int, before: int = NEWEST) -> list[Photo]: ...


class OneQueryEach:
    """The feed as one writes it first: a query for each followee, merged in Python."""

    def __init__(self, photos: Photos, follows: Follows) -> None:
        self._photos, self._follows = photos, follows

    def home(self, viewer: int, before: int = NEWEST) -> list[Photo]:
        authors = [viewer, *self._follows.following(viewer)]
        found = [photo for author in authors for photo in self._photos.by(author, viewer, before)]
        return sorted(found, key=lambda photo: photo.id, reverse=True)[:PAGE]


@dataclass(frozen=True)
class Cost:
    """Of one look at a feed."""

    followees: int
    photos: int
    statements: float
    rows: float
    buffers: float


def costs(
    run: Running, residents: Residents, make: Callable[[], HomeFeed], followees: Sequence[int], seed: int = 1
) -> list[Cost]:
    """Look at the feeds of new readers with so many followees each; what each look cost PostgreSQL."""
    found = []
    for many in followees:
        viewer = reader(run, residents, many, seed).id
        feed = make()
        seen = feed.home(viewer)
        with counting(run) as counted:
            for _ in range(TIMES):
                feed.home(viewer)
        totals = counted["main"]
        found.append(
            Cost(many, len(seen), totals["statements"] / TIMES, totals["rows"] / TIMES, totals["buffers"] / TIMES)
        )
    return found


def plan(databases: Databases, viewer: int, authors: Sequence[int]) -> str:
    """How PostgreSQL ran the feed's query: its plan, with the buffers that each step touched."""
    query = NEWEST_OF.params(ids=list(authors), viewer=viewer, before=NEWEST)
    written = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    explained = text(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {written}".replace(":", r"\:"))
    return "\n".join(row[0] for row in databases.of(viewer).read(explained))


