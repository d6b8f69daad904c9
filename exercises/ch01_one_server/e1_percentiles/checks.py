"""The checks that students see. What is right is said here as a definition; how to get there is the exercise."""

from collections.abc import Callable
from math import ceil
from typing import Any

from hypothesis import strategies as st

from minigram.course.judge import Called, Measured, check, exactly
from minigram.course.judge.called import same

Request = tuple[int, int, int | None]
Log = list[Request]

TIMES = st.integers(0, 60)
AWKWARD = [(p, n) for n in range(5, 120) for p in range(1, 1001) if ceil(p / 1000 * n) != -(-p * n // 1000)]
"""Shares of so many requests that a computer's fractions get wrong."""
SHARES = st.lists(st.sampled_from([1, 250, 500, 501, 900, 990, 999, 1000]), min_size=1, max_size=3)


def request(due: int, lateness: int, wait: int | None) -> Request:
    """Due, sent so much later, and answered so much later again, if ever."""
    sent = due + lateness
    return due, sent, None if wait is None else sent + wait


def waits_within(log: Log, per_mille: int) -> int | None:
    """The smallest wait such that at least so many thousandths of the requests waited no longer."""
    waits = [float("inf") if answered is None else answered - due for due, _, answered in log]
    enough = [w for w in waits if 1000 * sum(other <= w for other in waits) >= per_mille * len(waits)]
    return None if not enough or min(enough) == float("inf") else int(min(enough))


def reports(case: Called, logs: st.SearchStrategy[Log], count: int, workload: str) -> Measured:
    """Whether the report on each log is the one that the definition gives."""
    return wrong_answers(case, "report", st.tuples(logs, SHARES), by_definition, count, workload)


def by_definition(log: Log, shares: list[int]) -> list[int | None]:
    """The report that is right."""
    return [waits_within(log, share) for share in shares]


def wrong_answers(
    case: Called,
    function: str,
    cases: st.SearchStrategy[tuple[Any, ...]],
    expected: Callable[..., object],
    count: int,
    workload: str,
) -> Measured:
    """Whether the function answers as expected; the smallest case in which it does not is the example."""

    def is_right(arguments: tuple[Any, ...]) -> bool:
        return same(case.call(function, *arguments), expected(*arguments))

    searched = case.first_wrong(cases, is_right, count)
    tried, wrong = searched
    if wrong is None:
        return Measured(0, exactly(0), "wrong", f"{tried} cases; {workload}")
    found = case.told(function, *wrong)
    example = f"{case.written(function, *wrong)}\n    expected {expected(*wrong)}\n    found    {found}"
    return Measured(1, exactly(0), "wrong", workload, example)


@check(points=3, hint=1)
def counts_from_due(case: Called) -> Measured:
    """A wait begins when the request was due, not when it was sent."""
    late = st.lists(st.builds(request, TIMES, st.integers(1, 60), TIMES), min_size=1, max_size=8)
    return reports(case, late, 150, "1 to 8 requests, each sent later than it was due")


@check(points=2, hint=2)
def one_of_the_waits(case: Called) -> Measured:
    """A percentile is the wait of one of the requests, and never that of a smaller share."""
    on_time = st.lists(st.builds(request, TIMES, st.just(0), TIMES), min_size=1, max_size=12)
    found = reports(case, on_time, 150, "1 to 12 requests, all sent in time")
    if not found.bound.holds(found.value):
        return found
    awkward = st.sampled_from(AWKWARD).map(lambda rank: ([request(0, 0, wait) for wait in range(rank[1])], [rank[0]]))
    return wrong_answers(case, "report", awkward, by_definition, 60, "up to 119 requests, and awkward shares")


@check(points=2, hint=3)
def fills_in(case: Called) -> Measured:
    """What a closed loop left out is filled in, for each duration longer than the interval."""

    def expected(durations: list[int], interval: int) -> list[int]:
        left_out = [t for d in durations for t in range(d % interval, d, interval) if interval <= t]
        return sorted(durations + left_out)

    cases = st.tuples(st.lists(st.integers(1, 60), max_size=6), st.integers(2, 20))
    return wrong_answers(case, "corrected", cases, expected, 150, "up to 6 durations")
