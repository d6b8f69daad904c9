"""Chapter 4: every PostgreSQL server has a replica, which answers reads and takes over when its primary dies."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from minigram.addresses import Addresses, Need, Process
from minigram.stages.ch03_sharding import Sharded
from minigram.system import part

if TYPE_CHECKING:
    from minigram.databases.replicated.home import ReplicatedDatabase
    from minigram.databases.replicated.node import ReplicatedNode
    from minigram.databases.replicated.roles import Roles
    from minigram.databases.sharded.databases import ShardedDatabases
    from minigram.sessions.places import KeptPlaces, PlacedSessions
    from minigram.web.page import Page


class Replicas(Sharded):
    title = "Replicas"

    replicas: ClassVar[int] = 1
    """How many each server has."""

    @classmethod
    def groups(cls) -> dict[str, tuple[str, ...]]:
        """The members of each group, by its name, which is its first primary's."""
        letters = "rstuvw"[: cls.replicas]
        return {name: (name, *(f"{name}{letter}" for letter in letters)) for name in ("main", *cls.owners())}

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        replicas = [(first, name) for first, *others in cls.groups().values() for name in others]
        return (
            *map(cls._grouped, super().needs()),
            *(Need("replica", name, before=(first,)) for first, name in replicas),
            *(Need("pgbouncer", door(name), settings=_BOUNDED, before=(name,)) for _, name in replicas),
        )

    @classmethod
    def _grouped(cls, need: Need) -> Need:
        if need.name in cls.groups():
            return replace(need, kind="primary")
        return replace(need, settings={**need.settings, **_SOON}) if need.kind == "pgbouncer" else need

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        return (*super().processes(), Process("watch", ("minigram.lab.watch",)))

    @classmethod
    def primary(cls, addresses: Addresses, server: str) -> str:
        from minigram.databases.replicated.roles import beside

        if server not in cls.groups():
            return server  # it came later
        return beside(addresses.media).of(server).primary or server

    @part
    def roles(self) -> "Roles":
        """Who is the primary of which group."""
        from minigram.databases.replicated.roles import beside

        return beside(self.addresses.media)

    @part
    def main(self) -> "ReplicatedDatabase":
        """The server of the directory and of the map, with its replicas."""
        from minigram.databases.replicated.home import ReplicatedDatabase

        return ReplicatedDatabase(self._group("main"))

    @part
    def databases(self) -> "ShardedDatabases":
        from minigram.databases.sharded.databases import ShardedDatabases

        return ShardedDatabases(self.main, {name: self._group(name) for name in self.owners()})

    @part
    def places(self) -> "KeptPlaces":
        """Where the sessions stand."""
        from minigram.sessions.places import KeptPlaces
        from minigram.sessions.shared import Store

        return KeptPlaces(Store(self.addresses.servers["sessions"]))

    @part
    def sessions(self) -> "PlacedSessions":
        from minigram.sessions.places import PlacedSessions

        return PlacedSessions(self.people.get, self.people.confirm, self.places)

    @part
    def pages(self) -> "Sequence[Page]":
        from minigram.web import reading

        return (reading.page(self.places), *super().pages)

    def _group(self, name: str) -> "ReplicatedNode":
        from minigram.databases.replicated.node import ReplicatedNode

        urls = {member: self.addresses.servers[door(member)] for member in self.groups()[name]}
        return ReplicatedNode(name, urls, self.roles, prepare=False)


_SOON = {"query_wait_timeout": "2"}
"""Seconds: who waits for a server that is dead is told, and finds its successor."""
_BOUNDED = {"query_timeout": "2", **_SOON}
"""A replica that stands still is left for another one, too. (On the primary, a commit may take longer.)"""


def door(server: str) -> str:
    """The pooler in front of a server: db1's is pool1, db1r's pool1r, main's pool."""
    return "pool" + server.removeprefix("main").removeprefix("db")
