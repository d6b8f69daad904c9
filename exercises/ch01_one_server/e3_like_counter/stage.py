"""Chapter 1 with a counter of likes beside each photo, kept by the student's module."""

from typing import TYPE_CHECKING, cast

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Integer, MetaData, Table, Text, insert

from minigram.social.tables import metadata
from minigram.stages.ch01_one_server import OneServer
from minigram.system import part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exercises.ch01_one_server.e3_like_counter.like_counter import CountedLikes
    from minigram.databases import Transaction
    from minigram.events import Handlers, Liked
    from minigram.social.likes import Likes
    from minigram.web.page import Page

like_counts = Table(
    "like_counts",
    MetaData(),
    Column("photo_id", BigInteger, ForeignKey(metadata.tables["photos"].c.id, ondelete="CASCADE"), primary_key=True),
    Column("likes", Integer, nullable=False),
)
"""How many people like a photo. A photo that nobody ever liked may have no row."""

heard = Table(
    "heard",
    MetaData(),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("event", Text, nullable=False),
    Column("photo_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
)
"""Each Liked and Unliked that was published, for the judge to read."""


class Student(OneServer):
    title = "One server that counts its likes"

    @classmethod
    def schema(cls) -> tuple[Table, ...]:
        return (*super().schema(), like_counts, heard)

    def handlers(self) -> "Handlers":
        """The chapter's, and one that writes down what was published about likes."""
        from minigram.events import Liked, Unliked

        return {**super().handlers(), Liked: (hear,), Unliked: (hear,)}

    @part
    def likes(self) -> "Likes":
        from exercises.ch01_one_server.e3_like_counter.like_counter import CountedLikes

        return cast("Likes", CountedLikes(self.databases, self.people, self.events))

    @part
    def pages(self) -> "Sequence[Page]":
        """The chapter's, and `GET /counts/1,2,3`: what the student's `counts` says, for the judge to ask."""
        from flask import Blueprint

        from minigram.web.page import Page

        counting = Blueprint("counting", __name__)

        @counting.get("/counts/<photos>")
        def counts(photos: str) -> dict[str, int]:
            found = cast("CountedLikes", self.likes).counts([int(photo) for photo in photos.split(",")])
            if not isinstance(found, dict) or not all(type(photo) is int for photo in found):
                raise TypeError(f"counts() must return a dictionary with the ids as keys; it returned {found!r:.200}")
            return {str(photo): likes for photo, likes in found.items()}

        return (*super().pages, Page(counting))


def hear(tx: "Transaction", event: "Liked") -> None:
    """Handler: write the event down."""
    what = {"event": type(event).__name__, "photo_id": event.photo, "person_id": event.person}
    tx.execute(insert(heard).values(**what))
