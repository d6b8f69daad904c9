"""Whatever is killed, paused or restarted under load: what was acknowledged stays, and everybody gets an answer."""

import pytest

from minigram.lab.matrix import matrix
from minigram.stages import stages
from minigram.system import Minigram


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", [1, pytest.param(3, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.stem)
def test_faults_break_no_promise(stage: type[Minigram], rounds: int) -> None:
    """One server and one process of each kind is killed, paused and restarted: no promise is broken, nothing stays."""
    problems = [problem for one in matrix(stage, rounds=rounds) for problem in one.problems]
    assert not problems, "\n".join(problems)
