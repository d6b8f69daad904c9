"""Whatever is killed, paused or restarted under load: what was acknowledged stays, and everybody gets an answer."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from minigram.stages import stages
from minigram.system import Minigram

AT_ONCE = 2
"""Stages: a round waits more than it computes."""


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_faults_break_no_promise() -> None:
    """On each stage, servers and processes of each kind are killed, paused and restarted, three rounds each: no promise
    is broken, nothing stays."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(_faults, reversed(stages())))  # the last one takes longest
    assert all(one.returncode == 0 for one in done), "\n".join(one.stdout + one.stderr for one in done)


def _faults(stage: type[Minigram]) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-m", "minigram", "faults", stage.stem]
    return subprocess.run(argv, capture_output=True, text=True, timeout=1500)
