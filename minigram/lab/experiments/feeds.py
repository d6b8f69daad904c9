"""What a home feed costs PostgreSQL: statements, rows and buffers, counted by PostgreSQL itself."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from urllib.request import Request, urlopen

from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from minigram.databases import Databases
from minigram.lab import LabError
from minigram.lab.counters import counting
from minigram.lab.experiments.crowd import system_of
from minigram.lab.running import Running
from minigram.social.feed import NEWEST_OF
from minigram.social.follows import Follows
from minigram.social.people import Person
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


def costs(run: Running, readers: Mapping[int, Person], feed: HomeFeed) -> list[Cost]:
    """What a look at the feed of each reader costs PostgreSQL; the readers are listed by how many they follow."""
    return [_cost(run, many, partial(_look, feed, reader.id)) for many, reader in readers.items()]


def costs_through_http(run: Running, readers: Mapping[int, Person]) -> list[Cost]:
    """The same for a whole request to the API, from the session's token to the JSON."""
    sessions = system_of(run).sessions
    found = []
    for many, reader in readers.items():
        asked = Request(f"{run.url}/api/feed", headers={"Authorization": f"Bearer {sessions.start(reader.id)}"})
        found.append(_cost(run, many, partial(_look_through_http, asked)))
    return found


def _look(feed: HomeFeed, viewer: int) -> int:
    return len(feed.home(viewer))


def _look_through_http(asked: Request) -> int:
    with urlopen(asked, timeout=30) as answer:
        return len(json.load(answer)["photos"])


def _cost(run: Running, followees: int, look: Callable[[], int]) -> Cost:
    seen = look()
    with counting(run.servers) as counted:
        for _ in range(TIMES):
            look()
    if counted.doubts:
        raise LabError(f"The counts of a feed are not to be relied on: {'; '.join(counted.doubts)}")
    each = {what: counted.sum(what) / TIMES for what in ("statements", "rows", "buffers")}
    return Cost(followees, seen, **each)


def plan(databases: Databases, viewer: int, authors: Sequence[int]) -> str:
    """How PostgreSQL ran the feed's query: its plan, with the buffers that each step touched."""
    query = NEWEST_OF.params(ids=list(authors), viewer=viewer, before=NEWEST)
    written = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    explained = text(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {written}".replace(":", r"\:"))
    return "\n".join(row[0] for row in databases.of(viewer).read(explained))
