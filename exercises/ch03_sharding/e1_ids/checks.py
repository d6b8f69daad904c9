"""The checks that students see. What is right is said here as a definition; how to get there is the exercise."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st

from minigram.course.judge import Called, Measured, check, exactly
from minigram.course.judge.called import same
from minigram.course.judge.trouble import Trouble

EPOCH = 1_314_220_021_721
AHEAD = 1_000
PER_MS = 1_024
LAST = 2**40 - 1
"""The last millisecond after the epoch in which ids stay below 2^63."""
LARGEST_STATE = 1_000

T = TypeVar("T")
Step = tuple[int, int]
"""The clock, in milliseconds after the epoch, and how many ids are asked for."""


@dataclass(frozen=True)
class History:
    """What one generator is asked, one after another."""

    shard: int
    steps: list[Step]


def searched(
    case: Called,
    cases: st.SearchStrategy[T],
    asked: Callable[[T], str],
    wrong: Callable[[T], str],
    count: int,
    workload: str,
) -> Measured:
    """Whether nothing is wrong with any of so many cases; the smallest with which something is, is the example.

    `asked` tells what a case asks. `wrong` calls the student's functions for it, and says what is wrong with the
    answers, or nothing.
    """

    def is_right(one: T) -> bool:
        return not wrong(one)

    found = case.first_wrong(cases, is_right, count)
    tried, smallest = found
    if smallest is None:
        return Measured(0, exactly(0), "wrong", f"{tried} cases; {workload}")
    try:
        problem = wrong(smallest) or "    right when it was asked again"
    except Trouble as trouble:
        if trouble.kind != "error":
            raise
        problem = str(trouble)
    return Measured(1, exactly(0), "wrong", workload, f"{asked(smallest)}\n{problem}")


def histories(case: Called, steps: st.SearchStrategy[list[Step]], count: int, workload: str) -> Measured:
    """Whether the ids of each history are the smallest that the promises leave, and refused exactly where none are."""
    drawn = st.builds(History, st.integers(0, 8191), steps)
    return searched(
        case,
        drawn,
        lambda one: f"a new generator of shard {one.shard}",
        lambda one: first_wrong(case, one),
        count,
        workload,
    )


def first_wrong(case: Called, history: History) -> str:
    """The calls up to the first that is wrong, with what was expected of it; nothing where all are right."""
    state: Any = {"shard": history.shard}
    tick = -1
    lines = []
    for now, count in history.steps:
        first = max(tick + 1, now * PER_MS)
        last = first + count - 1
        refused = now < 0 or last // PER_MS > min(now + AHEAD, LAST)
        call = f"next_ids({json.dumps(state)[:60]}, EPOCH {now:+}, {count})"
        try:
            answer = case.call("next_ids", state, EPOCH + now, count)
        except Trouble as trouble:
            if trouble.kind != "error":
                raise
            lines.append(f"{call}: {trouble.says}")
            if refused and trouble.says.startswith("Refused"):
                continue
            expected = "Refused" if refused else _told(_ids(history.shard, first, count))
            return "\n".join([*lines, f"    expected {expected}", *(f"    {line}" for line in trouble.lines)])
        if not (isinstance(answer, list) and len(answer) == 2 and isinstance(answer[1], dict)):
            return "\n".join([*lines, f"{call}: {str(answer)[:200]}", "    expected ids and a state"])
        found, state = answer
        lines.append(f"{call}: {_told(found)}")
        if refused:
            return "\n".join([*lines, "    expected Refused"])
        ids = _ids(history.shard, first, count)
        if not same(found, ids):
            return "\n".join([*lines, f"    expected {_told(ids)}", f"    {_difference(found, ids)}"])
        if len(json.dumps(state)) > LARGEST_STATE:
            return "\n".join([*lines, f"    the state is larger than {LARGEST_STATE:,} characters of JSON"])
        tick = last
    return ""


def _ids(shard: int, first: int, count: int) -> list[int]:
    return [tick // PER_MS << 23 | shard << 10 | tick % PER_MS for tick in range(first, first + count)]


def _difference(found: object, ids: list[int]) -> str:
    """Where an answer begins to be wrong."""
    if not isinstance(found, list) or len(found) != len(ids):
        return f"a list of {len(ids)} ids was expected"
    at = next(n for n, (one, right) in enumerate(zip(found, ids, strict=True)) if not same(one, right))
    return f"id {at + 1} of them is {_parts(found[at])}, and not {_parts(ids[at])}"


def _told(ids: object) -> str:
    if not isinstance(ids, list) or not ids:
        return str(ids)[:100]
    return _parts(ids[0]) if len(ids) == 1 else f"{_parts(ids[0])} to {_parts(ids[-1])}"


def _parts(id: object) -> str:
    if type(id) is not int:
        return str(id)[:100]
    return f"{id} (EPOCH {id >> 23:+}, shard {id >> 10 & 0x1FFF}, number {id & 0x3FF})"


@check(points=1, hint=1)
def tells_what_it_is(case: Called) -> Measured:
    """An id tells its moment, its logical shard and its number."""

    def wrong(id: int) -> str:
        right = [EPOCH + (id >> 23), id >> 10 & 0x1FFF, id & 0x3FF]
        found = case.call("unpack", id)
        return "" if same(found, right) else f"    expected {right}\n    found    {str(found)[:200]}"

    parts = st.tuples(st.integers(0, LAST), st.integers(0, 8191) | st.integers(4096, 8191), st.integers(0, PER_MS - 1))
    ids = parts.map(lambda one: one[0] << 23 | one[1] << 10 | one[2])
    return searched(case, ids, lambda one: f"unpack({one})", wrong, 40, "ids of any moment and shard")


@check(points=1, hint=1)
def counts_in_each_millisecond(case: Called) -> Measured:
    """An id is made of the moment, the shard, and a number that counts from 0 in each millisecond."""
    return histories(case, forwards(st.integers(0, 3), st.integers(1, 20)), 30, "a clock that never steps back")


@check(points=2, hint=2)
def moves_on_when_full(case: Called) -> Measured:
    """More than 1,024 ids in a millisecond go on in the next, and the ids stay different and in order."""
    counts = st.sampled_from([1, 500, 1023, 1024, 1025, 2500])
    return histories(case, forwards(st.integers(0, 3), counts), 20, "up to 5 calls for up to 2,500 ids")


@check(points=2, hint=2)
def a_clock_that_steps_back(case: Called) -> Measured:
    """When the clock steps back by a second or less, ids go on from the last one that was given."""
    moments = st.integers(5_000, 5_000 + AHEAD)
    steps = st.lists(st.tuples(moments, st.integers(1, 3)), min_size=1, max_size=5)
    return histories(case, steps, 25, "up to 5 calls within one second, in any order")


@check(points=1, hint=3)
def refuses_what_is_too_far(case: Called) -> Measured:
    """When the clock has stepped back by more than a second, no ids are given until it has caught up enough."""
    moments = st.sampled_from([9_000 - back for back in (0, AHEAD // 2, AHEAD - 1, AHEAD, AHEAD + 1, 5 * AHEAD)])
    rest = st.lists(st.tuples(moments, st.integers(1, 3)), min_size=1, max_size=4)
    steps = rest.map(lambda calls: [(9_000, 1), *calls])
    return histories(case, steps, 40, "up to 5 calls, up to five seconds apart, in any order")


def forwards(steps: st.SearchStrategy[int], counts: st.SearchStrategy[int]) -> st.SearchStrategy[list[Step]]:
    """Up to five calls; the clock moves on by one of these steps, in milliseconds, before each."""

    def walk(start: int, calls: list[Step]) -> list[Step]:
        return [(start + sum(step for step, _ in calls[: n + 1]), count) for n, (_, count) in enumerate(calls)]

    return st.builds(walk, st.integers(0, 2**39), st.lists(st.tuples(steps, counts), min_size=1, max_size=5))
