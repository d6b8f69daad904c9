"""The checks that students see: histories into which violations are planted, and things that only look like them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from exercises.ch03_sharding.e1_ids.checks import searched
from minigram.course.judge import Called, Measured, check
from minigram.course.judge.called import same

Operation = dict[str, Any]

PROMISES = "read your writes", "monotonic reads", "no write lost"


@dataclass(frozen=True)
class Block:
    """What happened under one photo. `broken` says which promise, if any, is broken by which of the operations."""

    operations: list[Operation]
    broken: str = ""
    by: tuple[int, ...] = ()


def twist(*others: str) -> st.SearchStrategy[str]:
    """What makes a block look like a violation without being one; with "" it is one."""
    return st.sampled_from(["", "", "touching", "overlapping", "elsewhere", "shown", *others])


def gap(twisted: str) -> int:
    """From the end of one operation to the beginning of the next."""
    return {"touching": 0, "overlapping": -2}.get(twisted, 1)


def outcome(twisted: str) -> str:
    return twisted if twisted in ("unknown", "refused") else "acknowledged"


@st.composite
def write_then_read(draw: st.DrawFn, mine: bool, plain: bool = False) -> Block:
    """Somebody writes a comment, and then the same session reads, or another one, from the primary."""
    twisted = "" if plain else draw(twist("unknown", "refused", "of another, and not fresh"))
    ours = mine and twisted != "of another, and not fresh"
    fresh = not mine and twisted != "of another, and not fresh"
    write = a_write("ann", "c", outcome(twisted), 10, 14)
    read = a_read("ann" if ours else "ben", ["c"] if twisted == "shown" else [], 14 + gap(twisted), 20, fresh)
    if twisted == "elsewhere":
        read["photo"] = " too"
    return Block([write, read], "" if twisted else PROMISES[0 if mine else 2], (0, 1))


@st.composite
def read_then_read(draw: st.DrawFn, plain: bool = False) -> Block:
    """A comment is seen, and then no longer. Another one may be written at the same time, and seen too late."""
    twisted = "" if plain else draw(twist("of another"))
    other = draw(st.booleans())
    writes = [a_write("cem", "c", draw(st.sampled_from(["acknowledged", "unknown"])), 0, 4)]
    writes += [a_write("dan", "d", "unknown", 0, 4)] if other else []
    first = a_read("ann", ["c"], 3, 8)
    saw = [*(["c"] if twisted == "shown" else []), *(["d"] if other and twisted != "elsewhere" else [])]
    second = a_read("ben" if twisted == "of another" else "ann", saw, 8 + gap(twisted), 15)
    if twisted == "elsewhere":
        second["photo"] = " too"
    return Block([*writes, first, second], "" if twisted else PROMISES[1], (len(writes), len(writes) + 1))


@st.composite
def write_write_read(draw: st.DrawFn, plain: bool = False) -> Block:
    """A comment is written, then another one; somebody sees the other one alone."""
    twisted = "" if plain else draw(twist("unknown", "refused", "nothing yet", "only the first"))
    saw = {"shown": ["c", "e"], "nothing yet": [], "only the first": ["c"]}.get(twisted, ["e"])
    first = a_write("ann", "c", outcome(twisted), 10, 14)
    answered = draw(st.sampled_from(["acknowledged", "unknown", "unknown"]))
    second = a_write("ben", "e", answered, 14 + gap(twisted), 22)
    read = a_read("cem", saw, draw(st.integers(8, 25)), 30)
    if twisted == "elsewhere":
        second["photo"] = read["photo"] = " too"
    return Block([first, second, read], "" if twisted else PROMISES[2], (0, 1, 2))


@st.composite
def two_at_once(draw: st.DrawFn) -> Block:
    """A read that shows neither one's own comment nor what one has seen, whichever of the two was first."""
    theirs = a_write("dan", "d", "unknown", 0, 4)
    if draw(st.booleans()):
        own, seen = a_write("ann", "c", "acknowledged", 5, 6), a_read("ann", ["d"], 6, 8)
        return Block([theirs, own, seen, a_read("ann", [], 10, 12)], PROMISES[0], (1, 3))
    seen, own = a_read("ann", ["d"], 5, 6), a_write("ann", "c", "acknowledged", 6, 8)
    return Block([theirs, seen, own, a_read("ann", [], 10, 12)], PROMISES[1], (1, 3))


def a_write(session: str, comment: str, outcome: str, began: int, ended: int) -> Operation:
    return {
        "session": session, "do": "write", "photo": "", "comment": comment, "outcome": outcome,
        "began": began, "ended": ended,
    }  # fmt: skip


def a_read(session: str, saw: list[str], began: int, ended: int, fresh: bool = False) -> Operation:
    return {"session": session, "do": "read", "photo": "", "saw": saw, "fresh": fresh, "began": began, "ended": ended}


def together(blocks: Sequence[tuple[Block, int]]) -> tuple[list[Operation], dict[str, Any] | None]:
    """One history of several blocks, each of which begins at another moment, and the violation that is to be found."""
    all: list[tuple[Operation, int, int]] = []
    for number, (block, start) in enumerate(blocks):
        for place, one in enumerate(block.operations):
            named = {**one, "photo": f"photo {number}{one['photo']}"}
            named |= {key: one[key] + start for key in ("began", "ended")}
            if one["do"] == "write":
                named["comment"] = f"{one['comment']}{number}"
            else:
                named["saw"] = [f"{comment}{number}" for comment in one["saw"]]
            all.append((named, number, place))
    all.sort(key=lambda one: one[0]["began"])
    at = {(number, place): index for index, (_, number, place) in enumerate(all)}
    broken = [
        (len(block.by), sorted(at[number, place] for place in block.by), PROMISES.index(block.broken))
        for number, (block, _) in enumerate(blocks)
        if block.broken
    ]
    expected = {"promise": PROMISES[min(broken)[2]], "operations": min(broken)[1]} if broken else None
    return [one for one, *_ in all], expected


def planted(
    case: Called, block: st.SearchStrategy[Block], least: int, most: int, count: int, workload: str
) -> Measured:
    """Whether in each history of so many blocks just what was planted is found."""

    def wrong(blocks: list[tuple[Block, int]]) -> str:
        operations, expected = together(blocks)
        return unlike(case.call("violation", operations), expected)

    drawn = st.lists(st.tuples(block, st.integers(0, 20)), min_size=least, max_size=most)
    return searched(case, drawn, lambda blocks: asked(together(blocks)[0]), wrong, count, workload)


def unlike(found: object, expected: dict[str, Any] | None) -> str:
    """What was found in a history and what should have been; nothing where that is the same."""
    if isinstance(found, dict) and expected is not None and set(found) == set(expected):
        right = all(same(found[key], expected[key]) for key in expected)
    else:
        right = found is expected is None
    return "" if right else f"    expected {json.dumps(expected)}\n    found    {json.dumps(found)[:300]}"


def asked(operations: list[Operation]) -> str:
    """The history, line by line."""
    return "\n".join(_line(place, one) for place, one in enumerate(operations))


def _line(place: int, one: Operation) -> str:
    """One operation, in words."""
    when = f"{place:>3}. {one['began']:>3} to {one['ended']:>3}  {one['session']}"
    if one["do"] == "write":
        return f"{when} writes {one['comment']} under {one['photo']}: {one['outcome']}"
    fresh = "freshly " if one["fresh"] else ""
    return f"{when} {fresh}reads {one['photo']}: {', '.join(one['saw'])[:80] or 'nothing'}"


@check(points=2, hint=1)
def own_writes(case: Called) -> Measured:
    """A read that does not show its session's own acknowledged write is found, and what only looks like it is not."""
    return planted(case, write_then_read(mine=True), 1, 2, 50, "1 or 2 sessions that write and read")


@check(points=2, hint=2)
def going_back(case: Called) -> Measured:
    """A read that no longer shows what its session has seen is found, and what only looks like it is not."""
    return planted(case, read_then_read(), 1, 2, 50, "1 or 2 sessions that read twice")


@check(points=2, hint=2)
def lost(case: Called) -> Measured:
    """An acknowledged write that must be lost is found, and one that may only not have arrived yet is not."""
    block = write_write_read() | write_then_read(mine=False)
    return planted(case, block, 1, 2, 70, "1 or 2 photos with up to two writes and a read")


@check(points=1, hint=3)
def the_shortest_and_first(case: Called) -> Measured:
    """Of several violations the one with the fewest operations is told, and of these the one that stands first."""
    own, others = (write_then_read(mine=mine, plain=True) for mine in (True, False))
    block = write_write_read(plain=True) | own | others | read_then_read(plain=True) | two_at_once()
    return planted(case, block, 2, 6, 50, "2 to 6 photos, with all kinds of violations")
