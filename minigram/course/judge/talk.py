"""The judge's end of the conversation with a student's module: lines of JSON, each bounded in size and in time."""

import contextlib
import json
import socket
import time
from pathlib import Path
from typing import Any

from minigram.course.judge.shut.limits import Side
from minigram.course.judge.trouble import EXPLAINED, Trouble

LARGEST = 8 * 2**20
"""Bytes of one answer."""
DEEPEST = 50
"""Lists within lists."""


class Line:
    """A listening socket for one caller: the runner calls before it imports anything of the student's."""

    def __init__(self, path: Path, user: int | None) -> None:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        path.chmod(0o666 if user is not None else 0o600)
        self._listening.listen(1)
        self._caller: socket.socket | None = None
        self._rest = b""

    def close(self) -> None:
        """Hang up."""
        for end in (self._listening, self._caller):
            if end is not None:
                end.close()

    def ask(self, side: Side, question: Any, within: float) -> dict[str, Any]:
        """Send a question, if there is one, and return the answer, an object. Raises Trouble."""
        end = time.monotonic() + within
        try:
            if self._caller is None:
                self._caller = self._await(side, end)
            if question is not None:
                self._caller.settimeout(within)
                self._caller.sendall(json.dumps(question).encode() + b"\n")
            return self._answer(self._read(side, self._caller, end))
        except TimeoutError:
            raise Trouble("hang", f"it was given {within:g} s") from None
        except (BrokenPipeError, ConnectionResetError):
            raise self._gone(side) from None

    def _await(self, side: Side, end: float) -> socket.socket:
        while time.monotonic() < end:
            self._listening.settimeout(0.05)
            with contextlib.suppress(TimeoutError):
                return self._listening.accept()[0]
            if not side.alive:
                raise self._gone(side)
        raise TimeoutError

    def _read(self, side: Side, caller: socket.socket, end: float) -> bytes:
        while b"\n" not in self._rest:
            if len(self._rest) > LARGEST:
                raise Trouble("answer", f"more than {LARGEST:,} bytes")
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            caller.settimeout(left)
            data = caller.recv(65536)
            if not data:
                raise self._gone(side)
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            said = json.loads(line, parse_constant=_no_number)
            _demand_plain(said)
        except (ValueError, RecursionError) as error:
            raise Trouble("answer", f"it is not JSON: {str(error)[:200]}") from None
        if isinstance(said, dict) and "trouble" in said:
            kind, says, lines = said.get("trouble"), said.get("says"), said.get("lines")
            if isinstance(kind, str) and kind in EXPLAINED and isinstance(says, str) and isinstance(lines, list):
                raise Trouble(kind, says[:500], [str(line)[:200] for line in lines[:8]])
        if not isinstance(said, dict) or set(said) - {"value", "loaded"}:
            raise Trouble("answer", "an object was expected")
        return said

    def _gone(self, side: Side) -> Trouble:
        if side.why:
            return Trouble("limit", side.why)
        return Trouble("ended", "by sys.exit, os._exit, a signal or a crash")


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number; say None where there is none")


def _demand_plain(value: Any, depth: int = 0) -> None:
    """Numbers of a sensible size, texts, lists and dictionaries, not too deep."""
    if depth > DEEPEST:
        raise ValueError(f"more than {DEEPEST} levels deep")
    if isinstance(value, int) and abs(value) > 2**100:
        raise ValueError("a number of more than 100 bits")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _demand_plain(inner, depth + 1)
