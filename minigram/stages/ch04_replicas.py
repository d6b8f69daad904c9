"""Chapter 4: every PostgreSQL server has a replica, which answers reads and takes over when its primary dies."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from minigram.addresses import Addresses, Need, Process
from minigram.stages.ch03_sharding import Sharded
from minigram.system import part

if TYPE_CHECKING:
    from minigram.databases.replicated.home import ReplicatedDatabase
    from minigram.databases.replicated.node import ReplicatedNode
    from minigram.databases.replicated.roles import Roles
    from minigram.sessions.places import KeptPlaces, PlacedSessions
    from minigram.web.page import Page


class Replicas(Sharded):
    title = "Replicas"

    replicas: ClassVar[int] = 1
    """How many each server has."""

    @classmethod
    def members(cls, group: str) -> tuple[str, ...]:
        """The servers of a group: its first primary, whose name it has, and its replicas."""
        return (group, *(f"{group}{letter}" for letter in "rstuvw"[: cls.replicas]))

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        before = super().needs()
        groups = [cls.members(need.name) for need in before if need.kind == "postgres"]
        replicas = [(first, name) for first, *others in groups for name in others]
        return (
            *map(_grouped, before),
            *(Need("replica", name, before=(first,)) for first, name in replicas),
            *(Need("pgbouncer", door(name), settings=_BOUNDED, before=(name,)) for _, name in replicas),
        )

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        return (*super().processes(), Process("watch", ("minigram.lab.watch",), asks=("primary", "replica")))

    @classmethod
    def primary(cls, addresses: Addresses, server: str) -> str:
        from minigram.databases.replicated.roles import beside

        return beside(addresses.media).of(server).primary or server

    @classmethod
    def settle(cls, addresses: Addresses, server: str, urls: Mapping[str, str]) -> None:
        from minigram.databases.replicated import asking, in_service
        from minigram.databases.replicated.roles import beside
        from minigram.databases.sharded.moving.site import Stopped

        try:
            in_service.leave_behind(beside(addresses.media), server, urls)
        except asking.Refused as error:
            raise Stopped(str(error)) from error

    @part
    def roles(self) -> "Roles":
        """Who is the primary of which group."""
        from minigram.databases.replicated.roles import beside

        return beside(self.addresses.media)

    @part
    def main(self) -> "ReplicatedDatabase":
        """The server of the directory and of the map, with its replicas."""
        from minigram.databases.replicated.home import ReplicatedDatabase

        return ReplicatedDatabase(self.reach("main"))

    def reach(self, server: str) -> "ReplicatedNode":
        """The connections to a server with its replicas: to their group, which has its name."""
        from minigram.databases.replicated.node import ReplicatedNode

        urls = {member: self.addresses.server(door(member)) for member in self.members(server)}
        return ReplicatedNode(server, urls, self.roles, prepare=False)

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


_SOON = {"query_wait_timeout": "2"}
"""Seconds: who waits for a server that is dead is told, and finds its successor."""
_BOUNDED = {"query_timeout": "2", **_SOON}
"""A replica that stands still is left for another one, too. (On the primary, a commit may take longer.)"""


def _grouped(need: Need) -> Need:
    if need.kind == "postgres":
        return replace(need, kind="primary")
    return replace(need, settings={**need.settings, **_SOON}) if need.kind == "pgbouncer" else need


def door(server: str) -> str:
    """The pooler in front of a server: db1's is pool1, db1r's pool1r, main's pool."""
    return "pool" + server.removeprefix("main").removeprefix("db")
