"""The checks that students do not see: what the statement says and the public checks leave out."""

from hypothesis import strategies as st

from exercises.ch03_sharding.e1_ids.checks import AHEAD, LAST, histories
from minigram.course.judge import Called, Measured, check


@check(points=2, hint=3)
def from_the_epoch_to_the_last_moment(case: Called) -> Measured:
    """Ids are never negative and stay below 2^63: before the epoch and after the last millisecond none are given."""
    counts = st.sampled_from([1, 1024, 1025])
    beginning = st.lists(st.tuples(st.integers(-3, 2), counts), min_size=1, max_size=3)
    ending = st.lists(st.tuples(st.integers(LAST - 1, LAST + 1), counts), min_size=1, max_size=3)
    found = histories(case, beginning, 20, "clocks near the epoch")
    if not found.bound.holds(found.value):
        return found
    return histories(case, ending, 40, "clocks near the last millisecond")


@check(points=1, hint=3)
def borrows_no_more_than_a_second(case: Called) -> Measured:
    """Full milliseconds and a clock that steps back together borrow a second from the future, and not more."""
    moments = st.integers(5_000, 5_003) | st.integers(5_000 + AHEAD - 3, 5_000 + AHEAD + 1)
    counts = st.sampled_from([1, 1000, 1024, 2048, 3000])
    steps = st.lists(st.tuples(moments, counts), min_size=2, max_size=6)
    steps |= st.just([(5_000 + AHEAD, 1), (5_000, 2_000)])  # the first of these would be near enough, the last is not
    return histories(case, steps, 30, "up to 6 calls for up to 3,000 ids, at both ends of a second")
