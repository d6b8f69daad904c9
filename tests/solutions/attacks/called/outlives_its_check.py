"""Leaves a process behind: of another session, its parent gone, its name changed, deaf to whatever can be ignored."""

import os
import signal
import time

if os.getpid() < 1000 and os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1, 32):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        os.environ.clear()
        for fd in range(50):
            try:
                os.close(fd)
            except OSError:
                pass
        time.sleep(600)
    os._exit(0)


def report(requests, per_mille):
    return [-1]


def corrected(durations, interval):
    os._exit(0)
