"""Waiting for something to happen, for a bounded time."""

import time
from collections.abc import Callable


def until(holds: Callable[[], object], within: float, every: float = 0.01) -> bool:
    """Ask again, each time after a little while, until it holds; False where it does not within so many seconds."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
