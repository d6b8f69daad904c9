"""Chapter 1: one web process, one PostgreSQL, photos on its disk, and a feed that is pulled."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from minigram.addresses import Need, Process
from minigram.system import Minigram, part

if TYPE_CHECKING:
    from sqlalchemy import Table

    from minigram.databases import Databases
    from minigram.directory import Directory
    from minigram.events import Events, Handlers
    from minigram.media import Media
    from minigram.sessions import Sessions
    from minigram.social.comments import Comments
    from minigram.social.feed import Feed
    from minigram.social.follows import Follows
    from minigram.social.likes import Likes
    from minigram.social.people import People
    from minigram.social.photos import Photos
    from minigram.web.page import Page

# The parts import what they are made of when they are built, so that naming a stage loads neither SQLAlchemy nor Flask.


class OneServer(Minigram):
    title = "One server"

    @classmethod
    def schema(cls) -> tuple["Table", ...]:
        from minigram.directory import handles
        from minigram.social.tables import metadata

        return (handles, *metadata.sorted_tables)

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        from minigram.databases.ddl import create

        return (Need("postgres", "main", setup=create(cls.schema())),)

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        return (Process("web", ("gunicorn", *_GUNICORN, "minigram.web.wsgi:app"), health="/health"),)

    @part
    def databases(self) -> "Databases":
        from minigram.databases.one import OneDatabase

        return OneDatabase(self.addresses.servers["main"])

    @part
    def directory(self) -> "Directory":
        from minigram.directory import Directory

        return Directory(self.databases)

    @part
    def events(self) -> "Events":
        from minigram.events import WithinTransaction

        return WithinTransaction(self.handlers)

    def handlers(self) -> "Handlers":
        """Who follows up what has happened."""
        from minigram.events import Followed, PersonDeleted, PhotoDeleted, Unfollowed

        return {
            Followed: (self.follows.followed,),
            Unfollowed: (self.follows.unfollowed,),
            PhotoDeleted: (self.photos.forget_image,),
            PersonDeleted: (
                self.follows.person_deleted,
                self.likes.person_deleted,
                self.comments.person_deleted,
                self.directory.release,
            ),
        }

    @part
    def media(self) -> "Media":
        from minigram.media.disk import Disk

        return Disk(self.addresses.media)

    @part
    def sessions(self) -> "Sessions":
        from minigram.sessions.stored import StoredSessions

        return StoredSessions(self.databases)

    @part
    def people(self) -> "People":
        from minigram.social.people import People

        return People(self.databases, self.directory, self.events)

    @part
    def photos(self) -> "Photos":
        from minigram.social.photos import Photos

        return Photos(self.databases, self.media, self.events)

    @part
    def follows(self) -> "Follows":
        from minigram.social.follows import Follows

        return Follows(self.databases, self.events)

    @part
    def likes(self) -> "Likes":
        from minigram.social.likes import Likes

        return Likes(self.databases, self.people, self.events)

    @part
    def comments(self) -> "Comments":
        from minigram.social.comments import Comments

        return Comments(self.databases, self.people, self.events)

    @part
    def feed(self) -> "Feed":
        from minigram.social.feed import Feed

        return Feed(self.databases, self.follows)

    @part
    def pages(self) -> "Sequence[Page]":
        """The pages and the API, in the order in which the navigation shows them."""
        from minigram.web import pages

        return pages.of(self)


_GUNICORN = (
    "--config",
    "python:minigram.web.gunicorn",
    "--workers",
    "1",
    "--threads",
    "16",
    "--bind",
    "127.0.0.1:{port}",
)
