"""Whatever is killed, paused or restarted under load: what was acknowledged stays, and everybody gets an answer."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from minigram.lab.experiments.crowd import crowd, system_of
from minigram.lab.faults import pause
from minigram.lab.load import EVERYDAY, open_loop
from minigram.lab.people import fill
from minigram.lab.running import running
from minigram.lab.town import SIZES
from minigram.stages import stages
from minigram.system import Minigram

AT_ONCE = 2
"""Stages: a round waits more than it computes."""
WITHIN = 1_000.0
"""Seconds of one stage."""


@pytest.mark.slow
@pytest.mark.timeout(2_400)
def test_faults_break_no_promise() -> None:
    """On each stage, servers and processes of each kind are killed, paused and restarted, three rounds each: no promise
    is broken, nothing stays."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        problems = list(pool.map(_faults, reversed(stages())))  # the last one takes longest
    assert not any(problems), "\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("stage", stages()[:2], ids=lambda stage: stage.stem)
def test_a_database_that_stands_still_keeps_nobody_waiting(stage: type[Minigram]) -> None:
    """PostgreSQL does nothing for twelve seconds: everybody is told within ten. Soon after that all is well again."""
    with running(stage) as run:
        known = crowd(run, fill(system_of(run), SIZES["tiny"]))
        still = pause(run.servers["main"], after=1, resume_after=12)
        load = open_loop(run.url, EVERYDAY, known, rate=30, seconds=22, patience=10, beside=[still])
    assert load.errors.get("timeout", 0) == 0
    assert load.errors["503"] > 100
    later = [moment for moment in load.series(2.0) if moment.at >= 14 and moment.count > 30]
    assert any(moment.errors == 0 for moment in later), "in no two seconds all were answered well"


def _faults(stage: type[Minigram]) -> str:
    """What there is to complain about."""
    argv = [sys.executable, "-m", "minigram", "faults", stage.stem]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=WITHIN)
    except subprocess.TimeoutExpired as late:
        return f"{late}\n{late.stdout!r}"
    return done.stdout + done.stderr if done.returncode else ""
