"""Ids that sort by time and are never given twice."""

from typing import Any

EPOCH = 1_314_220_021_721
"""Milliseconds since 1970 at which the milliseconds of an id begin."""
AHEAD = 1_000
"""How many milliseconds the moment of an id may be later than the clock."""
PER_MS = 1 << 10


class Refused(Exception):
    """No ids are given."""


def next_ids(state: dict[str, Any], now_ms: int, count: int) -> tuple[list[int], dict[str, Any]]:
    """The next `count` ids of the generator, in ascending order, and its state after them. Raises Refused.

    `next` is the tick that comes after the last one given: milliseconds since the epoch times 1,024, and on from there.
    """
    shard, now = state["shard"], now_ms - EPOCH
    first = max(now * PER_MS, state.get("next", now * PER_MS))
    last = first + count - 1
    if now < 0:
        raise Refused("the clock stands before the epoch")
    if last // PER_MS > now + AHEAD:
        raise Refused(f"the clock is more than {AHEAD} ms behind the ids already given")
    if last // PER_MS >= 1 << 40:
        raise Refused("the ids of this generator have come to their end")
    ids = [tick // PER_MS << 23 | shard << 10 | tick % PER_MS for tick in range(first, last + 1)]
    return ids, {"shard": shard, "next": last + 1}


def unpack(id: int) -> tuple[int, int, int]:
    """What an id tells: its moment in milliseconds since 1970, its logical shard, and its number."""
    return EPOCH + (id >> 23), id >> 10 & 0x1FFF, id & 0x3FF
