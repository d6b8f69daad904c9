"""The processes of a server, as they come and go."""

from collections.abc import Iterable
from contextlib import suppress

import psutil


def living(pids: Iterable[int]) -> list[psutil.Process]:
    """Those of these that are still there, one at least: some of PostgreSQL's live for a moment only."""
    found = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(pid))
    assert found
    return found
