"""Chapter 90: people save photos for later; several web processes, and a worker that counts in Redis."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from minigram.addresses import Need, Process
from minigram.stages.ch01_one_server import OneServer
from minigram.system import part

if TYPE_CHECKING:
    import click
    from redis import Redis
    from sqlalchemy import Table

    from minigram.bookmarks.popular import CountedFeed, Popular
    from minigram.bookmarks.saved import Saved
    from minigram.events import Handlers
    from minigram.web.page import Page


class Bookmarks(OneServer):
    title = "Bookmarks"

    @classmethod
    def schema(cls) -> tuple["Table", ...]:
        from minigram.bookmarks.saved import bookmarks

        return (*super().schema(), bookmarks)

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (*super().needs(), Need("keyvalue", "counts"))

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        counter = Process("counter", ("minigram.bookmarks.worker",))
        return (counter, *(replace(process, argv=_several(process.argv)) for process in super().processes()))

    @classmethod
    def commands(cls) -> tuple["click.Command", ...]:
        from minigram.bookmarks.commands import popular

        return (*super().commands(), popular)

    @part
    def redis(self) -> "Redis":
        from redis import Redis

        return Redis.from_url(self.addresses.servers["counts"], decode_responses=True)

    @part
    def popular(self) -> "Popular":
        from minigram.bookmarks.popular import Popular

        return Popular(self.redis)

    @part
    def bookmarks(self) -> "Saved":
        from minigram.bookmarks.saved import Saved

        return Saved(self.databases, self.photos, self.popular)

    @part
    def feed(self) -> "CountedFeed":
        from minigram.bookmarks.popular import CountedFeed

        return CountedFeed(super().feed, self.redis)

    def handlers(self) -> "Handlers":
        from minigram.events import PhotoDeleted

        before = super().handlers()
        return {**before, PhotoDeleted: (*before[PhotoDeleted], self.bookmarks.photo_deleted)}

    @part
    def pages(self) -> "Sequence[Page]":
        from minigram.bookmarks import pages

        return (*super().pages, pages.PAGE)


def _several(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The same command with three workers, each a process with a Minigram of its own."""
    at = argv.index("--workers") + 1
    return (*argv[:at], "3", *argv[at + 1 :])
