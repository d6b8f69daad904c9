"""Chapter 3 with a page of what somebody has liked lately, wherever it lies, by the student's module."""

from typing import TYPE_CHECKING, Annotated

from minigram.addresses import Need
from minigram.databases.ids import schema_of
from minigram.stages.ch03_sharding import Sharded
from minigram.system import part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exercises.ch03_sharding.e3_newest_everywhere.liked import Liked
    from minigram.web.page import Page


class Indexed(Sharded):
    """Six logical shards on two servers. A person's likes of each shard can be read in the order of their times."""

    title = "Sharding with an index by time"
    logical, servers = 6, 2

    @classmethod
    def create(cls, shards: "Iterable[int]") -> tuple[str, ...]:
        made = tuple(shards)
        by_time = "CREATE INDEX likes_by_time ON {}.likes (person_id, liked_at, photo_id)"
        return (*super().create(made), *(by_time.format(schema_of(shard)) for shard in made))


class Student(Indexed):
    title = "Sharding with what you liked"

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        """The chapter's servers that lead to no other."""
        return tuple(need for need in super().needs() if not need.before)

    @part
    def liked(self) -> "Liked":
        from exercises.ch03_sharding.e3_newest_everywhere.liked import Liked

        return Liked(self.databases)

    @part
    def pages(self) -> "Sequence[Page]":
        """The chapter's, and `GET /liked?limit=20&cursor=…` for the person whose token comes with it."""
        from flask import Blueprint, request
        from msgspec import Meta

        from minigram.web.api import problems, requests
        from minigram.web.page import Page

        liked = Blueprint("liked", __name__, url_prefix="/liked")

        @liked.get("")
        def page() -> dict[str, object]:
            me = requests.person()
            limit = requests.query("limit", Annotated[int, Meta(ge=1, le=100)], 20)
            found = self.liked.page(me.id, request.args.get("cursor"), limit)
            match found:
                case ([*photos], None | str() as following) if all(type(photo) is int for photo in photos):
                    return {"photos": [str(photo) for photo in photos], "next": following}
            raise TypeError(f"page() must return a list of ids and a cursor, text or None; it returned {found!r:.200}")

        return (*super().pages, Page(liked, api=True, errors=problems.answer))
