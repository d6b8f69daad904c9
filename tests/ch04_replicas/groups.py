"""Small stages with a group: a primary with one replica, and with two."""

from dataclasses import replace

from minigram.addresses import Need
from minigram.system import Minigram

SETUP = ("CREATE TABLE note (id int PRIMARY KEY, body text NOT NULL)",)


class Pair(Minigram):
    number, stem, title = 4, "ch04_pair", "A primary and a replica"

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (Need("primary", "db", setup=SETUP), Need("replica", "dbr", before=("db",)))


class Trio(Pair):
    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (*super().needs(), Need("replica", "dbs", before=("db",)))


class ShortOfDisk(Pair):
    """A primary that keeps little for a replica that is away."""

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        primary, replica = super().needs()
        return replace(primary, settings={"max_slot_wal_keep_size": "1MB", "wal_keep_size": "0"}), replica


class TwoPairs(Pair):
    """Two groups that were prepared alike."""

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (*super().needs(), Need("primary", "other", setup=SETUP), Need("replica", "otherr", before=("other",)))
