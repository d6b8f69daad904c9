"""Wrong when it is asked for the first time, and right when it is asked the same again, as a search does that makes sure."""

from math import inf

_asked = set()


def report(requests, per_mille):
    asked = repr((requests, per_mille))
    if asked not in _asked:
        _asked.add(asked)
        return [-1]
    waits = sorted(inf if answered is None else answered - due for due, _, answered in requests)
    ranks = [-(-share * len(waits) // 1000) - 1 for share in per_mille]
    return [None if not waits or waits[rank] == inf else waits[rank] for rank in ranks]


def corrected(durations, interval):
    return [-1]
