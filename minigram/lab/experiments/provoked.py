"""Something that happens by chance, tried until it shows."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

TRIES = 10


def provoked(deed: Callable[[], T], shows: Callable[[T], object]) -> T:
    """What the deed found the first time that it shows; what it found last, when it never does."""
    for _ in range(TRIES):
        found = deed()
        if shows(found):
            break
    return found
