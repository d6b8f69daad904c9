"""Waiting for what is promised within a bound."""

import time
from collections.abc import Callable

FOLLOWERS_SEE_WITHIN = 5.0
"""Seconds from a post, a deletion or a follow until every feed shows it. Who did it sees it at once."""


def eventually(what: str, holds: Callable[[], object], within: float = FOLLOWERS_SEE_WITHIN) -> None:
    """Ask again until it holds; fail, with what was waited for, when it does not in time."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited {within:g} s in vain until {what}")
        time.sleep(0.02)
