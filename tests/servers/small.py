"""Small stages to start: one PostgreSQL, with and without a process of their own."""

from minigram.addresses import Need, Process
from minigram.system import Minigram

SETUP = ("CREATE TABLE note (id int PRIMARY KEY, body text NOT NULL)",)


class Notes(Minigram):
    """One PostgreSQL with one table."""

    number, stem, title = 1, "ch01_notes", "Notes"

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (Need("postgres", "main", setup=SETUP),)


class Served(Notes):
    """And a process that serves a directory over HTTP."""

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        return (Process("web", ("http.server", "--bind", "127.0.0.1", "{port}"), health="/"),)


class Twice(Notes):
    """Two PostgreSQLs with different tables."""

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (*super().needs(), Need("postgres", "other", setup=("CREATE TABLE other (id int)",)))


class Broken(Notes):
    """A PostgreSQL with a setting that it refuses."""

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (Need("postgres", "main", settings={"max_connections": "none"}),)
