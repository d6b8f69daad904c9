"""An answer of 400 MB, each time."""


def report(requests, per_mille):
    return "x" * (400 * 2**20)


def corrected(durations, interval):
    return report(durations, interval)
