"""One process that takes memory as long as there is some."""

import os

kept = []
if os.getpid() < 1000:
    while True:
        kept.append(bytearray(64 * 2**20))


def report(requests, per_mille):
    return [-1]


def corrected(durations, interval):
    return [-1]
