"""Percentiles that do not hide a stall."""

from math import inf


def report(requests: list[tuple[int, int, int | None]], per_mille: list[int]) -> list[int | None]:
    """For each of `per_mille` the wait that so many thousandths of the requests [due, sent, answered] stayed within."""
    waits = sorted(inf if answered is None else answered - due for due, _, answered in requests)
    return [_at_rank(waits, -(-share * len(waits) // 1000)) for share in per_mille]


def corrected(durations: list[int], interval: int) -> list[int]:
    """The durations of a closed loop and those that it has left out, in ascending order.

    As HdrHistogram's recordValueWithExpectedInterval does it.
    """
    found = []
    for duration in durations:
        found.append(duration)
        found.extend(range(duration - interval, interval - 1, -interval))
    return sorted(found)


def _at_rank(waits: list[float], rank: int) -> int | None:
    if not waits or waits[rank - 1] == inf:
        return None
    return int(waits[rank - 1])
