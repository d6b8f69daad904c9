"""Prints without end, to both of its streams."""

import os

if os.getpid() < 1000:
    line = b"x" * 2**20
    while True:
        os.write(1, line)
        os.write(2, line)


def report(requests, per_mille):
    return [-1]


def corrected(durations, interval):
    return [-1]
