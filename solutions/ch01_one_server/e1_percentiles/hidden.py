"""The checks that students do not see: what the statement says and the public checks leave out."""

import time

from hypothesis import strategies as st

from exercises.ch01_one_server.e1_percentiles.checks import TIMES, reports, request
from minigram.course.judge import Called, Measured, at_most, check
from minigram.course.judge.called import same
from minigram.course.judge.trouble import Trouble


@check(points=2, hint=3)
def unanswered_waited_longest(case: Called) -> Measured:
    """A request without an answer waited longer than every request with one."""
    cases = st.lists(st.builds(request, TIMES, TIMES, st.none() | TIMES), max_size=10)
    return reports(case, cases, 150, "0 to 10 requests, some without an answer")


@check(points=1, hint=3)
def large_logs(case: Called) -> Measured:
    """Ten times the requests take about ten times as long, not a hundred times."""
    small, large = (min(_seconds(case, size) for _ in range(3)) for size in (5_000, 50_000))
    return Measured(large / small, at_most(60), "times as long", "50,000 requests against 5,000, best of three")


def _seconds(case: Called, size: int) -> float:
    """How long a report on so many requests takes. Raises Trouble where it is wrong, too."""
    draw = case.random
    log = [[due, due + draw.randrange(9), due + 9 + draw.randrange(500)] for due in range(size)]
    draw.shuffle(log)
    waits = sorted(answered - due for due, _, answered in log)
    began = time.monotonic()
    found = case.call("report", log, [500, 999], within=4)
    took = time.monotonic() - began
    if not same(found, [waits[size // 2 - 1], waits[size * 999 // 1000 - 1]]):
        raise Trouble("answer", f"the percentiles of {size:,} requests are wrong: {found}")
    return took
