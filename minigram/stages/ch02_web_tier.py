"""Chapter 2: web servers that keep nothing, behind nginx; sessions in Redis; PgBouncer before PostgreSQL."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from minigram.addresses import Need, Process
from minigram.stages.ch01_one_server import OneServer
from minigram.system import part

if TYPE_CHECKING:
    from minigram.databases import Databases
    from minigram.events import Handlers
    from minigram.sessions.shared import SharedSessions
    from minigram.web.page import Page


class WebTier(OneServer):
    title = "The web tier"

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (
            *super().needs(),
            Need("redis", "sessions"),
            Need("pgbouncer", "pool", before=("main",)),
            Need("nginx", "front", before=tuple(process.name for process in cls.web_servers())),
        )

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        return cls.web_servers()

    @classmethod
    def web_servers(cls) -> tuple[Process, ...]:
        """Any of them can answer any request."""
        (web,) = super().processes()
        return tuple(Process(f"web{number}", web.argv, web.health) for number in (1, 2, 3))

    @part
    def databases(self) -> "Databases":
        from minigram.databases.one import OneDatabase

        # PgBouncer lends another connection for each transaction: on that one, nothing is prepared.
        return OneDatabase(self.addresses.servers["pool"], prepare=False)

    @part
    def sessions(self) -> "SharedSessions":
        from minigram.sessions.shared import SharedSessions, Store

        return SharedSessions(Store(self.addresses.servers["sessions"]), self.people.get)

    def handlers(self) -> "Handlers":
        from minigram.events import PersonDeleted

        handlers = dict(super().handlers())
        handlers[PersonDeleted] = (*handlers[PersonDeleted], self.sessions.person_deleted)
        return handlers

    @part
    def pages(self) -> "Sequence[Page]":
        from minigram.sessions import pages

        return (*super().pages, pages.PAGE, pages.api())
