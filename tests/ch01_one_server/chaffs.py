"""Chapter 1, broken on purpose: one thing wrong in each. A claim that no chaff breaks would be worth nothing."""

import time
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, cast

from minigram.addresses import Need
from minigram.databases import Rows, Unavailable
from minigram.databases.one import OneDatabase
from minigram.stages.ch01_one_server import OneServer
from minigram.system import part

if TYPE_CHECKING:
    from minigram.databases import Databases
    from minigram.social.feed import Feed


class OneQueryForEach(OneServer):
    """The feed asks for each followee."""

    @part
    def feed(self) -> "Feed":
        from minigram.lab.experiments.feeds import OneQueryEach

        return cast("Feed", OneQueryEach(self.photos, self.follows))


class Forgetful(OneServer):
    """PostgreSQL acknowledges what it has not written down yet."""

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        (main,) = super().needs()
        return (replace(main, settings={"synchronous_commit": "off", "wal_writer_delay": "10s"}),)


class Sulking(OneServer):
    """The app never asks PostgreSQL again once it was away."""

    @part
    def databases(self) -> "Databases":
        return _Sulks(self.addresses.servers["main"])


class _Sulks(OneDatabase):
    hurt = False

    def read(self, statement: object, **params: object) -> Rows:
        if self.hurt:
            raise Unavailable("no more")
        try:
            return super().read(statement, **params)  # type: ignore[arg-type]
        except Unavailable:
            self.hurt = True
            raise


class Patient(OneServer):
    """The app lets people wait, longer than anybody would, while PostgreSQL is away."""

    @part
    def databases(self) -> "Databases":
        return _Waits(self.addresses.servers["main"])


class _Waits(OneDatabase):
    def read(self, statement: object, **params: object) -> Rows:
        try:
            return super().read(statement, **params)  # type: ignore[arg-type]
        except Unavailable:
            time.sleep(15)
            raise


class OneAtATime(OneServer):
    """Requests wait for one another although no processor is busy."""

    @part
    def databases(self) -> "Databases":
        return _InLine(self.addresses.servers["main"])


class _InLine(OneDatabase):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._line = Lock()

    def read(self, statement: object, **params: object) -> Rows:
        with self._line:
            time.sleep(0.01)
            return super().read(statement, **params)  # type: ignore[arg-type]


class BusyDatabase(OneServer):
    """PostgreSQL has to work for each read."""

    @part
    def databases(self) -> "Databases":
        return _Laborious(self.addresses.servers["main"])


class _Laborious(OneDatabase):
    def read(self, statement: object, **params: object) -> Rows:
        from sqlalchemy import text

        super().read(text("SELECT count(*) FROM generate_series(1, 40000)"))
        return super().read(statement, **params)  # type: ignore[arg-type]
