"""Sleeps in each call, for longer than any limit, and would answer then."""

import time


def report(requests, per_mille):
    time.sleep(3600)
    return []


def corrected(durations, interval):
    return report(durations, interval)
