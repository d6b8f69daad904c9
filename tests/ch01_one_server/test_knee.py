"""What the notebook says of open and closed loops is said by the loops, not by chance."""

import pytest

from minigram.lab import claims
from minigram.lab.experiments.crowd import crowd, system_of
from minigram.lab.experiments.knee import PEOPLE, Knee, Loaded
from minigram.lab.people import fill
from minigram.lab.running import running
from minigram.lab.town import SIZES
from minigram.stages.ch01_one_server import OneServer


class OnlyClosed(Knee):
    """Not an open loop at all: whoever is to come at a rate waits for an answer instead."""

    def at_rate(self, rate: float, length: float = 1) -> Loaded:
        return self.with_people(PEOPLE, length)


@pytest.mark.slow
def test_an_open_loop_that_waits_is_noticed() -> None:
    """With a closed loop in its place, nobody seems to wait longer than a closed loop shows."""
    with running(OneServer) as run:
        knee = OnlyClosed(run, crowd(run, fill(system_of(run), SIZES["tiny"])), seconds=1)
        for _ in range(3):  # a busy machine may hold up the generator, and then nothing is known
            claim = claims.ratio("twice", lambda length: knee.overload(500, length).judged(), claims.at_least(2))
            if claim.verdict != "unknown":
                break
    assert claim.verdict == "fail"
