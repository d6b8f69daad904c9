"""Directories that nobody may enter, with files in them, so that they cannot be looked through or removed."""

import os
import sys

doors = os.path.dirname(sys.argv[1])
if not os.access(doors, os.W_OK):
    doors = "/tmp"
for number in range(3):
    os.mkdir(f"{doors}/closed{number}")
    with open(f"{doors}/closed{number}/file", "wb") as file:
        file.write(b"x" * 2**20)
    os.chmod(f"{doors}/closed{number}", 0)


def report(requests, per_mille):
    return [-1]


def corrected(durations, interval):
    return [-1]
