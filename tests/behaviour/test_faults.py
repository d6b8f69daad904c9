"""Whatever is killed, paused or restarted under load: what was acknowledged stays, and everybody gets an answer."""

import pytest

from minigram.lab.matrix import matrix
from minigram.stages import stages
from minigram.system import Minigram


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.stem)
def test_faults_break_no_promise(stage: type[Minigram]) -> None:
    """One server and one process of each kind, three rounds of each fault: no promise is broken, no process stays."""
    problems = [problem for one in matrix(stage) for problem in one.problems]
    assert not problems, "\n".join(problems)
