"""Sixty processes that only burn the processor while each answer is waited for: less than the limit, for others a lot."""

import os
import time

if os.getpid() < 1000:
    for _ in range(50):
        if os.fork() == 0:
            end = time.monotonic() + 30
            while time.monotonic() < end:
                pass
            os._exit(0)


def report(requests, per_mille):
    time.sleep(2)
    os._exit(1)


def corrected(durations, interval):
    return report(durations, interval)
