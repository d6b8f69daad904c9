"""Chapter 2, broken on purpose: one thing wrong in each. A claim that no chaff breaks would be worth nothing."""

import os
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from minigram.addresses import Addresses, Need
from minigram.sessions.shared import SharedSessions, Store
from minigram.social.people import Person
from minigram.stages.ch01_one_server import OneServer
from minigram.stages.ch02_web_tier import WebTier
from minigram.system import part

if TYPE_CHECKING:
    from minigram.databases import Databases
    from minigram.events import Handlers
    from minigram.media import Media
    from minigram.sessions.stored import StoredSessions
    from minigram.web.page import Page


class Changed(WebTier):
    """Settings of one need are others."""

    need: ClassVar[str]
    settings: ClassVar[dict[str, str]]

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return tuple(
            replace(need, settings={**need.settings, **cls.settings}) if need.name == cls.need else need
            for need in super().needs()
        )


class AsksNobodyElse(Changed):
    """nginx neither sends a request to another web server nor leaves a dead one alone."""

    need, settings = "front", {"proxy_next_upstream": "off", "max_fails": "0"}


class NoHealthCheck(Changed):
    """nginx asks a dead web server again and again."""

    need, settings = "front", {"max_fails": "0"}


class RepeatsPosts(Changed):
    """nginx sends a POST once more, too."""

    need, settings = "front", {"proxy_next_upstream": "error timeout non_idempotent"}


class SessionPooling(Changed):
    """PgBouncer lends a connection for as long as the client stays. The web servers alone would take twenty."""

    need, settings = "pool", {"pool_mode": "session", "default_pool_size": "60"}


class Generous(Changed):
    """PgBouncer has three times the connections."""

    need, settings = "pool", {"default_pool_size": "60"}


class NothingKept(Changed):
    """PgBouncer hangs up on PostgreSQL after each transaction."""

    need, settings = "pool", {"server_lifetime": "0"}


class Roomy(Changed):
    """PostgreSQL takes more clients than the chapter says."""

    need, settings = "main", {"max_connections": "300"}


class OneWebServer(WebTier):
    """nginx leads to one web server, as if there were no others."""

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return tuple(replace(n, before=("web1",)) if n.name == "front" else n for n in super().needs())


class Directly(WebTier):
    """The web servers go to PostgreSQL past PgBouncer, as in chapter 1."""

    @part
    def databases(self) -> "Databases":
        return OneServer.databases.build(self)


class Prepares(WebTier):
    """Statements are prepared on connections that are lent to somebody else the next time."""

    @part
    def databases(self) -> "Databases":
        from minigram.databases.one import OneDatabase

        # Not in the notebook's own process: another client's statement would answer its questions.
        return OneDatabase(self.addresses.servers["pool"], prepare="minigram.web.wsgi" in sys.modules)


class RemembersItself(WebTier):
    """A web server keeps the sessions that it starts in its own memory."""

    @part
    def sessions(self) -> SharedSessions:
        return _InMemory(Store(self.addresses.servers["sessions"]), self.people.get)


class _InMemory(SharedSessions):
    def start(self, person: int) -> str:
        token = super().start(person)
        if "minigram.web.wsgi" in sys.modules:
            self._mine: dict[str, int] = {**getattr(self, "_mine", {}), token: person}
            super().end(token)
        return token

    def find(self, token: str) -> Person | None:
        mine = getattr(self, "_mine", {})
        return self._get(mine[token]) if token in mine else super().find(token)


class SessionsInPostgres(WebTier):
    """Sessions are rows, as in chapter 1."""

    @part
    def sessions(self) -> "StoredSessions":  # type: ignore[override]
        from minigram.sessions.stored import StoredSessions

        return StoredSessions(self.databases)

    def handlers(self) -> "Handlers":
        return OneServer.handlers(self)


class OwnSecret(WebTier):
    """Each process signs cookies with a secret of its own."""

    def __init__(self, addresses: Addresses) -> None:
        super().__init__(replace(addresses, secret=secrets.token_hex(32)))


class LeavesSessions(WebTier):
    """What has to be done about sessions when somebody leaves is forgotten, as nobody had to in chapter 1."""

    def handlers(self) -> "Handlers":
        return OneServer.handlers(self)


class NowhereToLogOut(WebTier):
    """The pages and the API are those of chapter 1."""

    @part
    def pages(self) -> "Sequence[Page]":
        return OneServer.pages.build(self)


class OwnDisk(WebTier):
    """Each process has photos on a disk of its own."""

    @part
    def media(self) -> "Media":
        from minigram.media.disk import Disk

        return Disk(f"{self.addresses.media}/{os.getppid() if 'minigram.web.wsgi' in sys.modules else 'lab'}")
