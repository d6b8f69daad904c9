"""An answer of 7 MB, each time: just what is allowed."""


def report(requests, per_mille):
    return "x" * (7 * 2**20)


def corrected(durations, interval):
    return list(range(1_000_000))
