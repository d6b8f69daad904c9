"""What a mark rests on, kept so that a person can look at it: raw counters, versions, and what was said."""

import hashlib
import threading
import time
from dataclasses import dataclass, field
from typing import Any

LONGEST = 400
"""Lines of a transcript: the first and the last half of it."""


class Transcript:
    """What the judge asked, and what came back. In the middle of a long one lines are left out, and counted."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._last: list[str] = []
        self._left_out = 0

    def note(self, line: str) -> None:
        """Keep a line, shortened where it is long."""
        line = line if len(line) <= 500 else f"{line[:400]} … {line[-80:]}"
        if len(self._first) < LONGEST // 2:
            self._first.append(line)
            return
        self._last.append(line)
        if len(self._last) > LONGEST // 2:
            self._left_out += 1
            del self._last[0]

    def lines(self) -> list[str]:
        """All of it."""
        gap = [f"… {self._left_out} more …"] if self._left_out else []
        return [*self._first, *gap, *self._last]


class Stopwatch:
    """Counts the seconds in which at least one thread was within `with`: those waited for the student's side."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._lock, self._inside, self._began = threading.Lock(), 0, 0.0

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self.seconds += time.monotonic() - self._began


@dataclass
class Evidence:
    """Of one exercise of one submission. `theirs` of its `seconds` were waited for the student's side.

    `counters` has an entry for each time that something was counted: by server, all counters before and after.
    """

    submission: str
    checks: str
    seed: int
    way: str
    provider: str = "none"
    servers: dict[str, str] = field(default_factory=dict)
    counters: list[dict[str, Any]] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    seconds: float = 0.0
    theirs: float = 0.0


def digest(content: bytes) -> str:
    """The hash of what was submitted."""
    return hashlib.sha256(content).hexdigest()
