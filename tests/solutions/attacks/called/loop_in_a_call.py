"""Never comes back from a call."""


def report(requests, per_mille):
    while True:
        pass


def corrected(durations, interval):
    while True:
        pass
