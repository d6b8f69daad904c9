"""Files in memory that nobody has mapped: they are no process's memory, and in no directory."""

import os
import time

kept = []
if os.getpid() < 1000:
    for _ in range(45):
        file = os.memfd_create("unseen")
        os.write(file, b"x" * (30 * 2**20))
        kept.append(file)
    time.sleep(1)


def report(requests, per_mille):
    return [f"{len(kept) * 30} MiB of memory"]


def corrected(durations, interval):
    return [f"{len(kept) * 30} MiB of memory"]
