"""Ids that sort by time and are never given twice. The statement says what is asked for."""

from typing import Any

EPOCH = 1_314_220_021_721
"""Milliseconds since 1970 at which the milliseconds of an id begin."""
AHEAD = 1_000
"""How many milliseconds the moment of an id may be later than the clock."""


class Refused(Exception):
    """No ids are given."""


def next_ids(state: dict[str, Any], now_ms: int, count: int) -> tuple[list[int], dict[str, Any]]:
    """The next `count` ids of the generator, in ascending order, and its state after them. Raises Refused."""
    raise NotImplementedError


def unpack(id: int) -> tuple[int, int, int]:
    """What an id tells: its moment in milliseconds since 1970, its logical shard, and its number."""
    raise NotImplementedError
