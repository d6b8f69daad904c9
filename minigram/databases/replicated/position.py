"""Positions in PostgreSQL's write-ahead log (WAL): how far a server is."""

from dataclasses import dataclass
from typing import ClassVar

from minigram.databases import Rows


class Lsn(int):
    """A log sequence number: a byte of the WAL. Written as PostgreSQL does, it is two hexadecimal halves."""

    @classmethod
    def parse(cls, text: str) -> "Lsn":
        """Of "16/B374D848". Raises ValueError."""
        high, _, low = text.partition("/")
        return cls((int(high, 16) << 32) | int(low, 16))

    def __str__(self) -> str:
        return f"{self >> 32:X}/{self & 0xFFFFFFFF:X}"


@dataclass(frozen=True, order=True)
class Mark:
    """A place in the history of a group.

    The timeline comes first. A promotion begins a new one where the promoted replica stood, so any place of the new
    timeline comes after all that is left of the old one; and what a former primary has beyond that place is not before
    anything, however great its LSN.
    """

    timeline: int
    lsn: Lsn

    OF_PRIMARY: ClassVar[bytes] = (
        b"SELECT ('x' || left(pg_walfile_name(lsn), 8))::bit(32)::int AS timeline, lsn::text AS lsn"
        b" FROM pg_current_wal_flush_lsn() AS lsn"
    )
    """What a primary has on its disk. (What it has only inserted may wait 200 ms until somebody commits: no replica can
    have it before. The disk may end within a record of a transaction that goes on: then no replica is as far before
    somebody commits, and the primary is asked.)"""

    OF_REPLICA: ClassVar[bytes] = (
        b"SELECT timeline_id AS timeline, pg_last_wal_replay_lsn()::text AS lsn FROM pg_control_checkpoint()"
    )
    """What a read on a replica would see, at the least. Its timeline is its last restart point's: never too new."""

    @classmethod
    def of(cls, rows: Rows) -> "Mark":
        """The answer to one of the two."""
        return cls(rows[0].timeline, Lsn.parse(rows[0].lsn))
