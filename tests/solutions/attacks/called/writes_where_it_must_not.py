"""Tries to write marks, results and the course's own files; its answer is where it could."""

import glob
import os

PLACES = []
"""The judge's own: the test fills them in."""

got = []
for place in [*PLACES, "/", "/usr", "/etc", "/var", "/root", "/home", "/opt", "/work", "/dev/shm", *glob.glob("/tmp/*"),
              *glob.glob("/tmp/*/*")]:  # fmt: skip
    try:
        if os.path.isdir(place):
            name = os.path.join(place, "attacked.json")
            with open(name, "x") as file:
                file.write("{}")
            got.append(name)
        elif os.path.exists(place):
            with open(place, "r+b"):
                got.append(place)
        else:
            os.makedirs(os.path.dirname(place))
            got.append(place)
    except OSError:
        pass
# Its temporary directories are its own, and nobody else's are in them.
got = [name for name in got if not name.startswith(("/tmp/", "/dev/shm/")) or "/work" in name or "/servers" in name]


def report(requests, per_mille):
    return got or ["nothing"]


def corrected(durations, interval):
    return got or ["nothing"]
