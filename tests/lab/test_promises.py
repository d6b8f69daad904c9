"""What breaks a promise, and what only looks as if it did: histories of a few operations, written down by hand."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minigram.lab.history import (
    PROMISES,
    History,
    Look,
    Observation,
    Operation,
    Promise,
    check,
    monotonic_reads,
    no_lost_write,
    nothing_twice,
    one_primary,
    read_your_writes,
)
from minigram.lab.history.operations import MARKS, Deed, Outcome

PHOTO = "photo 1"


def did(at: float, who: str, deed: Deed, outcome: Outcome = "ok", *, text: str = "", long: float = 0.5) -> Operation:
    return Operation(who, deed, PHOTO, at, at + long, outcome, text=text)


def saw(at: float, who: str, count: int, mine: bool = False, *, last: bool = False, long: float = 0.5) -> Operation:
    return Operation(who, "look", PHOTO, at, at + long, "ok", 200, look=Look(mine, count), last=last)


def read(at: float, who: str, *texts: str, last: bool = False) -> Operation:
    return Operation(who, "list", PHOTO, at, at + 0.5, "ok", 200, texts=texts, last=last)


def broken(*operations: Operation) -> list[Promise]:
    history = History(tuple(sorted(operations, key=lambda op: op.began)))
    return [promise for promise in PROMISES if promise(history) is not None]


def shown(promise: Promise, *operations: Operation) -> list[object]:
    """The history that the violation shows."""
    violation = promise(History(tuple(sorted(operations, key=lambda op: op.began))))
    assert violation is not None
    return list(violation.history)


def test_a_like_that_is_gone_at_the_end_is_lost() -> None:
    """Of everything that happened, the like and the last reading are shown."""
    like, last = did(1, "ann", "like"), saw(9, "ann", 1, last=True)
    noise = [did(0, "ben", "like"), saw(0, "ann", 1), saw(8, "ben", 1, True), saw(9, "ben", 1, True, last=True)]
    assert shown(no_lost_write, *noise, like, last) == [like, last]


def test_a_like_that_is_there_and_not_counted_is_lost() -> None:
    """With a count of one, two likes that were acknowledged are enough to show it, though there were three."""
    likes = [did(n, name, "like") for n, name in enumerate(("ann", "ben", "carla"))]
    last = saw(9, "ann", 1, True, last=True)
    assert shown(no_lost_write, *likes, last) == [*likes[:2], last]


def test_a_comment_that_is_gone_is_lost() -> None:
    """Its writer reads the others', and not this one."""
    said = [did(n, "ann", "comment", text=f"ann-{n}") for n in range(3)]
    last = read(9, "ann", "ann-0", "ann-2", last=True)
    assert shown(no_lost_write, *said, last) == [said[1], last]


@pytest.mark.parametrize("there", [False, True])
def test_what_got_no_answer_may_be_there_or_not(there: bool) -> None:
    """Neither breaks a promise, for likes and for comments, and it may still appear later."""
    unsure = did(0, "ann", "like", "unknown"), did(1, "ann", "comment", "unknown", text="ann-1")
    texts = ["ann-1"] if there else []
    reads = saw(2, "ann", 0), read(3, "ann")
    last = saw(8, "ann", int(there), there, last=True), read(9, "ann", *texts, last=True)
    assert broken(*unsure, *reads, *last) == []


def test_what_got_no_answer_may_be_done_after_what_came_later() -> None:
    """An unlike without an answer, then a like: either may be the last to be done."""
    writes = did(0, "ann", "unlike", "unknown"), did(2, "ann", "like")
    assert broken(*writes, saw(9, "ann", 0, last=True)) == []
    assert broken(*writes, saw(9, "ann", 1, True, last=True)) == []


def test_what_was_refused_is_not_done() -> None:
    """A refused like that is shown breaks read-your-writes; a refused comment that is missing breaks nothing."""
    assert broken(did(0, "ann", "comment", "failed", text="ann-1"), read(1, "ann", last=True)) == []
    refused, last = did(0, "ann", "like", "failed"), saw(2, "ann", 1, True, last=True)
    assert shown(read_your_writes, refused, last) == [last]


def test_one_reads_what_one_has_written() -> None:
    """The last write before the read counts, and no other session's."""
    writes = did(0, "ann", "like"), did(1, "ann", "unlike"), did(2, "ben", "like")
    stale = saw(3, "ann", 2, True)
    assert broken(*writes, saw(3, "ann", 1)) == []
    assert shown(read_your_writes, *writes, stale) == [writes[1], stale]
    said, unread = did(4, "ann", "comment", text="ann-1"), read(5, "ann", "ben-1")
    assert shown(read_your_writes, said, read(5, "ben"), unread) == [said, unread]


def test_another_may_read_late() -> None:
    """Who has not written it may see it later: that is not promised."""
    assert broken(did(0, "ann", "like"), saw(1, "ben", 0), saw(2, "ben", 1)) == []


def test_a_reader_never_goes_back() -> None:
    """What one session has seen it sees again; another may still be behind."""
    first, second = read(0, "ann", "ben-1", "ben-2"), read(1, "ann", "ben-1")
    assert broken(first, read(1, "carla", "ben-1")) == []
    assert shown(monotonic_reads, first, second, read(2, "ann", "ben-1", "ben-2")) == [first, second]
    likes = did(0, "ben", "like"), did(0, "carla", "like")
    more, fewer = saw(1, "ann", 2), saw(2, "ann", 1)
    assert shown(monotonic_reads, *likes, more, fewer) == [more, fewer]


def test_a_count_may_fall_when_somebody_takes_back() -> None:
    """Even if the request has just begun, or got no answer; not if it was refused."""
    likes, more, fewer = did(0, "ben", "like"), saw(1, "ann", 1), saw(2, "ann", 0)
    assert broken(likes, more, fewer, did(2.2, "ben", "unlike", "unknown")) == []
    assert broken(likes, more, fewer, did(2.2, "ben", "unlike", "failed")) == [monotonic_reads]
    assert broken(likes, more, fewer, did(3, "ben", "unlike")) == [monotonic_reads]


def test_nobody_is_counted_twice() -> None:
    """Who has liked it, sent it again, and may not have been answered, is one: one request is enough to show that."""
    once, again = did(0, "ann", "like", "unknown"), did(1, "ann", "like")
    assert broken(once, again, saw(2, "ann", 1, True)) == []
    two = saw(2, "ann", 2, True)
    assert shown(nothing_twice, did(0, "ben", "like", "failed"), once, again, two) == [again, two]


def test_a_like_taken_back_may_be_counted_by_who_lags_but_not_at_the_end() -> None:
    """Two may be counted while replicas lag; at the end only who still likes it, or may."""
    ops = did(0, "ann", "like"), did(1, "ann", "unlike"), did(2, "ben", "like")
    assert broken(*ops, saw(3, "carla", 2)) == []
    last = saw(9, "ben", 2, True, last=True)
    assert shown(nothing_twice, *ops, last) == [ops[2], last]
    assert broken(*ops, did(4, "ann", "like", "unknown"), last) == []


def test_a_lost_unlike_is_lost_and_not_counted_twice() -> None:
    """Who is shown to like it is rightly counted, whatever that is worth."""
    ops = did(0, "ann", "like"), did(1, "ann", "unlike")
    assert broken(*ops, saw(9, "ann", 1, True, last=True)) == [no_lost_write, read_your_writes]


def test_a_comment_stands_once() -> None:
    """A comment whose request was repeated by something on the way stands twice."""
    said, twice = did(0, "ann", "comment", text="ann-1"), read(1, "ben", "ann-1", "ann-1")
    assert shown(nothing_twice, said, twice) == [said, twice]


def accepted(node: str, timeline: int, began: float, ended: float, group: str = "main") -> Observation:
    return Observation(group, node, timeline, began, ended)


@pytest.mark.parametrize(
    ("lines", "two"),
    [
        ([accepted("a", 1, 0, 1), accepted("a", 1, 2, 3)], False),
        ([accepted("a", 1, 0, 1), accepted("b", 2, 2, 3), accepted("a", 3, 4, 5)], False),
        ([accepted("a", 1, 0, 2), accepted("b", 2, 1, 3)], False),
        ([accepted("a", 1, 0, 1, "one"), accepted("b", 1, 0, 1, "two")], False),
        ([accepted("a", 1, 0, 1), accepted("b", 1, 5, 6)], True),
        ([accepted("b", 2, 0, 1), accepted("a", 1, 1, 2)], True),
        ([accepted("b", 2, 0, 1), accepted("b", 3, 2, 3), accepted("a", 2, 4, 5)], True),
    ],
    ids=["alone", "failover and back", "in flight", "two groups", "one timeline", "not fenced", "left behind"],
)
def test_one_primary_at_a_time(lines: Sequence[Observation], two: bool) -> None:
    """Two nodes that take writes break it, by two lines, unless the one may have stopped before the other began."""
    violation = one_primary(History((), tuple(lines)))
    assert (violation is not None) == two
    assert violation is None or len(violation.history) == 2


def test_a_violation_reads_as_lines() -> None:
    """What is broken and why, and then a line for each operation with its times."""
    ops = did(1, "ann", "comment", text="ann-1"), read(2.25, "ann", "ben-1", last=True)
    (violation,) = check(History(ops), [no_lost_write])
    assert str(violation).splitlines() == [
        "Broken: no acknowledged write is lost. At the end ann-1 is not under photo 1.",
        "   1.000 to   1.500 s  ann comments on photo 1: ann-1, ok",
        "   2.250 to   2.750 s  ann reads the comments on photo 1: 1 comments, without ann-1",
    ]


@st.composite
def true_histories(draw: st.DrawFn) -> list[Operation]:
    """What one server would do: everything takes effect at one moment while it runs, and what got no answer then,
    later, or never. Drawn as steps in the order of these moments.
    """
    rng = random.Random(draw(st.integers(0, 2**32)))
    marks: set[str] = set()
    texts: list[str] = []
    late: list[Operation] = []
    done: list[Operation] = []
    busy: dict[str, float] = {}
    deeds: list[Deed] = ["like", "unlike", "comment", "look", "list"]

    def takes_effect(op: Operation) -> None:
        if op.deed == "comment":
            texts.append(op.text)
        elif op.mark is not None:
            (marks.add if op.mark else marks.discard)(op.session)

    for step in range(draw(st.integers(0, 60))):
        if late and rng.random() < 0.2:
            takes_effect(late.pop(rng.randrange(len(late))))
        who = rng.choice(("ann", "ben", "carla"))
        began = max(busy.get(who, 0.0), step - 3 * rng.random())
        if began > step:
            continue
        outcome: Outcome = rng.choices(("ok", "failed", "unknown"), (8, 1, 1))[0]
        op = Operation(who, rng.choice(deeds), PHOTO, began, step + 3 * rng.random(), outcome, text=f"{who}-{step}")
        busy[who] = op.ended
        if op.deed in MARKS or op.deed == "comment":
            if outcome == "ok":
                takes_effect(op)
            elif outcome == "unknown":
                late.append(op)
        else:
            op = shows(op, marks, texts)
        done.append(op)
    end = max([*busy.values(), 0.0])
    for n, who in enumerate(("ann", "ben", "carla")):
        for deed in deeds[3:]:
            done.append(shows(Operation(who, deed, PHOTO, end + n, end + n + 0.5, "ok", last=True), marks, texts))
    return sorted(done, key=lambda op: op.began)


def shows(op: Operation, marks: set[str], texts: list[str]) -> Operation:
    if op.outcome != "ok":
        return op
    if op.deed == "list":
        return replace(op, texts=tuple(texts))
    return replace(op, look=Look(op.session in marks, len(marks)))


@given(true_histories())
@settings(max_examples=300, deadline=None)
def test_what_one_server_does_breaks_nothing(operations: list[Operation]) -> None:
    """Whatever overlaps, fails, or is done late: no promise is found broken that was kept."""
    assert [str(violation) for violation in check(History(tuple(operations)))] == []


@given(true_histories(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_what_is_shown_breaks_the_promise_by_itself(operations: list[Operation], rng: random.Random) -> None:
    """With a read falsified, nothing that is left out was needed to see that the promise is broken."""
    reads = [n for n, op in enumerate(operations) if op.look is not None or op.texts]
    n = rng.choice(reads)
    op = operations[n]
    if op.look is not None:
        wrong = replace(op, look=Look(not op.look.mine if rng.random() < 0.5 else op.look.mine, rng.randrange(5)))
    else:
        wrong = replace(op, texts=(*(op.texts or ())[1:], *(op.texts or ())[:1] * rng.choice((0, 2))))
    operations[n] = wrong
    for promise in PROMISES:
        violation = promise(History(tuple(operations)))
        if violation is not None:
            shown = tuple(op for op in violation.history if isinstance(op, Operation))
            assert set(shown) <= set(operations) and promise(History(shown)) is not None
            if promise in (no_lost_write, monotonic_reads) and not any(op.look and op.look.mine for op in shown):
                for one in shown:  # (a mark that nobody may have left is wrong by itself)
                    less = tuple(op for op in shown if op is not one)
                    assert promise(History(less)) is None, "one operation less would have shown it"
