"""Who judges an order: a process of this machine, at most so many at a time, and none of them outlives us."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from typing import Any, Protocol

from minigram.course.grade.one import Order
from minigram.lab import LabError
from minigram.lab.machine import ROOT, cores

PATIENCE = 900.0
"""Seconds after which a judge has lost its way; its own limits end it long before."""


class Marker(Protocol):
    """Judges orders. `at_once` orders are worth asking at the same time."""

    at_once: int

    def judge(self, order: Order) -> list[dict[str, Any]]:
        """What `one.work` returns. Raises LabError where it could not be judged, now or at all."""

    def close(self) -> None:
        """End what is being judged."""


class Here:
    """Judges on this machine, each order in a process of its own."""

    def __init__(self, at_once: int = 0) -> None:
        self.at_once = at_once or cores()
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._closed = False

    def judge(self, order: Order) -> list[dict[str, Any]]:
        with self._lock:
            if self._closed:
                raise LabError("Stopped.")
            judging = subprocess.Popen(
                [sys.executable, "-m", "minigram.course.grade.one"], cwd=ROOT, text=True, start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            self._running.add(judging)
        try:
            answer, said = judging.communicate(json.dumps(asdict(order)), timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            _end(judging)
            raise LabError(f"the judge did not come to an end within {PATIENCE:g} s") from None
        finally:
            with self._lock:
                self._running.discard(judging)
        if judging.returncode:
            raise LabError(said.strip()[-1500:] or f"the judge ended with status {judging.returncode}")
        found: list[dict[str, Any]] = json.loads(answer)
        return found

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for judging in self._running:
                _end(judging)


def _end(judging: "subprocess.Popen[str]") -> None:
    """SIGTERM first: the judge stops its servers. Its leash does it where that is not enough."""
    try:
        os.kill(judging.pid, signal.SIGINT)
        judging.wait(10)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        judging.kill()
