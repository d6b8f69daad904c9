"""A town moves in: a seeded town is loaded into a running stage with COPY, with real JPEG files for its photos."""

import io
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Table

from minigram.lab.pictures import landscape
from minigram.lab.town import SIZES, Ints, Size, Town, town
from minigram.media import Media, Stored
from minigram.social.people import hash_password
from minigram.social.tables import followers, following, likes, people, photos
from minigram.stages.ch01_one_server import OneServer

PICTURES = 16
"""How many different pictures there are; each photo has a file of its own all the same."""

PARTS = 8
"""How many parts the year has for which ids of photos are drawn."""


@dataclass(frozen=True)
class Residents:
    """Who lives in the town: ids and names side by side, the ids of the photos, and the password of everybody."""

    town: Town
    ids: list[int]
    names: list[str]
    photos: list[int]
    password: str


def fill(system: OneServer, size: Size = SIZES["quick"], seed: int = 1) -> Residents:
    """Load the town of this size and seed into empty databases; everybody in it shares one random password."""
    made = town(size, seed)
    password = secrets.token_urlsafe(12)
    homes = [system.databases.draw() for _ in made.names]
    places = list({id(home): home for home in homes}.values())
    lives_at = np.array([places.index(home) for home in homes])
    ids, photo_ids = np.zeros(len(made.names), np.int64), np.zeros(len(made.authors), np.int64)
    for place, home in enumerate(places):
        here = lives_at == place
        ids[here] = home.ids(people, int(here.sum()))
    # All homes for one part of the year, then for the next: ids tell the order across homes, too, or nearly so.
    for part in np.array_split(np.arange(len(made.authors)), PARTS):
        for place, home in enumerate(places):
            posted_here = part[lives_at[made.authors[part]] == place]
            photo_ids[posted_here] = home.ids(photos, len(posted_here))
    images = _images(
        system.media, [system.media.save(io.BytesIO(landscape(seed * 1_000 + n))) for n in range(PICTURES)]
    )
    for load in _loads(made, ids, photo_ids, hash_password(password), images):
        for place, home in enumerate(places):
            home.copy(load.table, load.columns, load.rows_of(np.flatnonzero(lives_at[load.owners] == place)))
    system.directory.copy((handle, int(i)) for n, i in zip(made.names, ids, strict=True) for handle in (n, _email(n)))
    return Residents(made, ids.tolist(), made.names, photo_ids.tolist(), password)


@dataclass(frozen=True)
class _Load:
    """The rows of one table, column by column; a row lies at the home of its owner."""

    table: Table
    owners: Ints
    content: dict[str, Sequence[Any] | Ints]

    @property
    def columns(self) -> list[str]:
        return list(self.content)

    def rows_of(self, which: Ints) -> Iterable[tuple[Any, ...]]:
        columns = self.content.values()
        return zip(
            *(c[which].tolist() if isinstance(c, np.ndarray) else [c[n] for n in which] for c in columns),
            strict=True,
        )


def _loads(made: Town, ids: Ints, photo_ids: Ints, password_hash: str, images: Iterator[Stored]) -> Iterator[_Load]:
    count, everybody = len(made.names), np.arange(len(made.names))
    emails = [_email(name) for name in made.names]
    yield _Load(
        people,
        everybody,
        {"id": ids, "name": made.names, "email": emails, "password_hash": [password_hash] * count},
    )
    stored = [next(images) for _ in made.authors]
    # Ids tell the order; the times agree with it, over the year until now.
    step, now = timedelta(days=365) / len(made.authors), datetime.now(UTC)
    times = [now - step * (len(made.authors) - n) for n in range(len(made.authors))]
    yield _Load(
        photos,
        made.authors,
        {
            "id": photo_ids,
            "author_id": ids[made.authors],
            "media": [s.media for s in stored],
            "width": [s.width for s in stored],
            "height": [s.height for s in stored],
            "caption": made.captions,
            "posted_at": times,
        },
    )
    follower, followee = made.edges.T
    yield _Load(following, follower, {"follower_id": ids[follower], "followee_id": ids[followee]})
    yield _Load(followers, followee, {"followee_id": ids[followee], "follower_id": ids[follower]})
    photo, person = made.liked.T
    yield _Load(likes, made.authors[photo], {"photo_id": photo_ids[photo], "person_id": ids[person]})


def _images(media: Media, pictures: Sequence[Stored]) -> Iterator[Stored]:
    """Each picture in turn, each time as a file of its own."""
    while True:
        for picture in pictures:
            yield Stored(media.copy(picture.media), picture.width, picture.height)


def _email(name: str) -> str:
    return f"{name}@example.com"
