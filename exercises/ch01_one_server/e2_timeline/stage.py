"""Chapter 1 with a timeline: photos in the order of `posted_at`, page by page, by the student's module."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from minigram.addresses import Need
from minigram.stages.ch01_one_server import OneServer
from minigram.system import part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exercises.ch01_one_server.e2_timeline.timeline import Timeline
    from minigram.web.page import Page

# Not an Index of SQLAlchemy: that would join the table of every other stage in the same process.
BY_TIME = "CREATE INDEX photos_by_time ON photos (author_id, posted_at, id)"


class Student(OneServer):
    title = "One server with a timeline"

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        """The chapter's PostgreSQL, with an index by which an author's photos can be read in the timeline's order."""
        (main,) = super().needs()
        return (replace(main, setup=(*main.setup, BY_TIME)),)

    @part
    def timeline(self) -> "Timeline":
        from exercises.ch01_one_server.e2_timeline.timeline import Timeline

        return Timeline(self.databases, self.follows)

    @part
    def pages(self) -> "Sequence[Page]":
        """The chapter's, and `GET /timeline?limit=20&cursor=…` for the person whose token comes with it."""
        from flask import Blueprint, request
        from msgspec import Meta

        from minigram.web.api import problems, requests
        from minigram.web.page import Page

        timeline = Blueprint("timeline", __name__, url_prefix="/timeline")

        @timeline.get("")
        def page() -> dict[str, object]:
            viewer = requests.person()
            limit = requests.query("limit", Annotated[int, Meta(ge=1, le=100)], 20)
            found = self.timeline.page(viewer.id, request.args.get("cursor"), limit)
            match found:
                case ([*photos], None | str() as following) if all(type(photo) is int for photo in photos):
                    return {"photos": [str(photo) for photo in photos], "next": following}
            raise TypeError(f"page() must return a list of ids and a cursor, text or None; it returned {found!r:.200}")

        return (*super().pages, Page(timeline, api=True, errors=problems.answer))
