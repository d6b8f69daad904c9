"""The checks that students do not see: what the statement says and the public checks leave out."""

import time

from exercises.ch02_web_tier.e1_balancer.checks import judged
from exercises.ch02_web_tier.e1_balancer.traffic import METHODS, OUTCOMES, Drawn, Kind, Step, made, problem
from minigram.course.judge import Called, Measured, at_most, check
from minigram.course.judge.trouble import Trouble


@check(points=1, hint=2)
def never_all_out(case: Called) -> Measured:
    """Where every server that is left is out, the request is sent all the same, to one with the fewest in flight."""
    kind = Kind(servers=(1, 3), fails=(1, 1), rest=(1000, 1000), tries=(1, 2), methods=("GET", "POST"), times=(0, 5))
    return judged(case, kind, 100, "8 to 24 events; servers fail at once and rest long")


@check(points=1, hint=3)
def any_traffic(case: Called) -> Measured:
    """All of it at the same time, also when attempts of before end while their server is out."""
    kind = Kind(servers=(1, 4), rest=(10, 40), tries=(1, 4), events=(20, 40), times=(0, 1, 10, 40))
    return judged(case, kind, 100, "20 to 40 events of every kind")


@check(points=1, hint=1)
def long_traffic(case: Called) -> Measured:
    """Ten times the events take about ten times as long, not a hundred times."""
    small, large = (min(_seconds(case, size) for _ in range(3)) for size in (2_000, 20_000))
    return Measured(large / small, at_most(45), "times as long", "20,000 events against 2,000, best of three")


def _seconds(case: Called, size: int) -> float:
    """How long so many events take. Raises Trouble where a decision is wrong, too."""
    draw = case.random
    outcomes = ("", "", "ok", "ok", *OUTCOMES)

    def step() -> Step:
        return draw.choice((0, 1, 9)), draw.choice(METHODS), draw.choice(outcomes), draw.randrange(8)

    traffic = made(Drawn(6, 3, 200, 2, tuple(step() for _ in range(size))))
    began = time.monotonic()
    found = case.call("balance", *traffic, within=4)
    took = time.monotonic() - began
    if size < 5_000 and (wrong := problem(traffic, found)[1]):
        raise Trouble("answer", f"of {size:,} events one is decided wrongly: {wrong}")
    return took
