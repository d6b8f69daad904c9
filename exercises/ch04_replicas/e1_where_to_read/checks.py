"""The checks that students see. What is right is said here as a definition; how to get there is the exercise."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Any

from hypothesis import strategies as st

from exercises.ch03_sharding.e1_ids.checks import searched
from minigram.course.judge import Called, Measured, check
from minigram.course.judge.called import same

Position = tuple[int, int]
"""Timeline and LSN, as a number."""

NAMES = "north", "east", "south", "west"
HALF = 1 << 32
"""From here on an LSN has something before its slash."""


@dataclass(frozen=True)
class Replica:
    name: str
    at: Position
    behind_ms: int = 0
    age_ms: int = 0
    answers: bool = True
    speed: int = 0

    def told(self) -> dict[str, Any]:
        timeline, lsn = self.at
        told = {key: value for key, value in asdict(self).items() if key != "at"}
        return {**told, "timeline": timeline, "replayed": text(lsn)}


@dataclass(frozen=True)
class Read:
    """A session wants to read from the group "main". `ends` are the former timelines and where they ended."""

    replicas: list[Replica]
    written: Position | None = None
    seen: Position | None = None
    timeline: int = 1
    ends: tuple[Position, ...] = ()
    stale_ms: int = 500
    wait_ms: int = 0
    elsewhere: Position | None = None
    turn: int = 0

    def arguments(self) -> tuple[Any, ...]:
        """What `route` is called with."""
        ended = [[timeline, text(lsn)] for timeline, lsn in self.ends]
        replicas = [replica.told() for replica in self.replicas]
        group = {"name": "main", "timeline": self.timeline, "ended": ended, "replicas": replicas}
        marks = {}
        if self.elsewhere:
            marks["other"] = {"written": _mark(self.elsewhere), "seen": _mark(self.elsewhere)}
        if self.written or self.seen:
            marks["main"] = {"written": _mark(self.written), "seen": _mark(self.seen)}
        return group, marks, {"stale_ms": self.stale_ms, "wait_ms": self.wait_ms}, self.turn

    def right(self) -> list[list[Any]]:
        """All answers that are right, by the statement."""
        line = {**dict(self.ends), self.timeline: None}
        marks = [mark for mark in (self.written, self.seen) if mark]
        if any(timeline not in line for timeline, _ in marks):
            return [["primary"]]
        need = max((self._kept(mark) for mark in marks), default=0)
        may = [
            one
            for one in self.replicas
            if one.answers
            and one.behind_ms + one.age_ms <= self.stale_ms
            and one.at[0] in line
            and self._kept(one.at) == one.at[1]
        ]
        if ready := [["replica", one.name] for one in may if one.at[1] >= need]:
            return ready
        waits = {}
        for one in may:
            if one.at[0] == self.timeline and one.speed:
                wait = next_whole(need - one.at[1], one.speed) - one.age_ms
                if max(0, wait) <= self.wait_ms:
                    waits[one.name] = max(0, wait)
        shortest = [["wait", name, wait] for name, wait in waits.items() if wait == min(waits.values())]
        return shortest or [["primary"]]

    def _kept(self, position: Position) -> int:
        """How much of it is on the line of the group."""
        timeline, lsn = position
        return min(lsn, dict(self.ends).get(timeline, lsn))


def next_whole(bytes: int, speed: int) -> int:
    """How many whole milliseconds so many bytes take."""
    return bytes // speed + (bytes % speed > 0)


def text(lsn: int) -> str:
    """As PostgreSQL writes it."""
    return f"{lsn // HALF:X}/{lsn % HALF:X}"


def _mark(position: Position | None) -> list[Any] | None:
    return [position[0], text(position[1])] if position else None


def reads(case: Called, drawn: st.SearchStrategy[Read], count: int, workload: str) -> Measured:
    """Whether each read is sent where it may go."""
    return searched(case, drawn, asked, lambda read: first_wrong(case, read), count, workload)


def first_wrong(case: Called, read: Read) -> str:
    """The answer and what it should have been; nothing where it is right."""
    arguments = read.arguments()
    right = read.right()
    found = case.call("route", *arguments)
    if any(same(found, one) for one in right):
        return ""
    return f"    turn {read.turn}: expected {' or '.join(map(json.dumps, right))}\n    found {json.dumps(found)[:200]}"


def asked(read: Read) -> str:
    """The call, line by line."""
    group, marks, limits, turn = read.arguments()
    lines = [f"timeline {group['timeline']}, ended {json.dumps(group['ended'])}"]
    lines += [f"replica {json.dumps(replica)}" for replica in group["replicas"]]
    return "\n".join([*lines, f"marks {json.dumps(marks)}", f"limits {json.dumps(limits)}, turn {turn}"])


def replicas(one: st.SearchStrategy[Replica], most: int = 3) -> st.SearchStrategy[list[Replica]]:
    """One to so many."""
    return st.lists(one, min_size=1, max_size=most).map(named)


def named(found: list[Replica]) -> list[Replica]:
    """Each with its own name."""
    return [replace(replica, name=name) for replica, name in zip(found, NAMES, strict=False)]


DIGITS = st.sampled_from([0x9, 0x10, 0x90, 0x100, 0x9000000, 0x10000000])
HALVES = st.sampled_from([0x16B3748, 0xFFFFFFFF, HALF, HALF + 0x1000000, 9 * HALF, 16 * HALF])
"""Positions of which the later one often is not the greater text."""
FEW = st.integers(1, 5)
TURNS = st.integers(0, 9)


def on_one(lsns: st.SearchStrategy[int]) -> st.SearchStrategy[Position]:
    """Positions of timeline 1."""
    return st.tuples(st.just(1), lsns)


@check(points=2, hint=1)
def what_was_written(case: Called) -> Measured:
    """A read goes to a replica that has what the session wrote, and to the primary where none has it."""
    one, two = (
        st.builds(Read, replicas(st.builds(Replica, st.just(""), on_one(lsns))), on_one(lsns), turn=TURNS)
        for lsns in (DIGITS, HALVES)
    )
    none = st.builds(Read, st.just([]) | replicas(st.builds(Replica, st.just(""), on_one(DIGITS))), turn=TURNS)
    return reads(case, one | two | none, 60, "up to 3 replicas, at most one mark")


@check(points=1, hint=1)
def what_was_seen(case: Called) -> Measured:
    """A read never goes back behind what the session has seen, and marks of other groups do not count."""
    some = replicas(st.builds(Replica, st.just(""), on_one(FEW)))
    mark = st.integers(0, 5).map(lambda lsn: (1, lsn) if lsn else None)
    drawn = st.builds(Read, some, written=mark, seen=mark, elsewhere=st.sampled_from([None, (1, 9)]), turn=TURNS)
    return reads(case, drawn, 40, "up to 3 replicas, marks of what was written and seen, here and elsewhere")


@check(points=1, hint=2)
def not_too_old(case: Called) -> Measured:
    """A replica that does not answer, or may be further behind than allowed by now, is not read."""
    ms = st.sampled_from([0, 1, 200, 250, 251, 300, 499, 500, 501])
    one = st.builds(Replica, st.just(""), st.just((1, 9)), behind_ms=ms, age_ms=ms, answers=st.booleans())
    return reads(case, st.builds(Read, replicas(one), turn=TURNS), 40, "up to 3 replicas, some silent or behind")


@check(points=2, hint=2)
def waits_where_that_is_short(case: Called) -> Measured:
    """Where no replica is known to be ready, the read waits for the one that will be first, if that is soon enough."""
    one = st.builds(
        Replica, st.just(""), on_one(st.integers(40, 60)), age_ms=st.integers(0, 6), speed=st.sampled_from([0, 1, 3, 7])
    )
    drawn = st.builds(
        Read, replicas(one), on_one(st.integers(55, 65)), wait_ms=st.integers(0, 12), stale_ms=st.just(6), turn=TURNS
    )
    return reads(case, drawn, 50, "up to 3 replicas that catch up")


@check(points=1, hint=3)
def evenly(case: Called) -> Measured:
    """Of as many turns in a row as replicas may be read, each of these gets one."""

    def wrong(read: Read) -> str:
        ready = read.right()
        found: Counter[str] = Counter()
        for turn in range(read.turn, read.turn + len(ready)):
            answer = case.call("route", *replace(read, turn=turn).arguments())
            if not any(same(answer, one) for one in ready):
                return f"    turn {turn}: expected {' or '.join(map(json.dumps, ready))}\n    found {str(answer)[:200]}"
            found[answer[-1]] += 1
        if max(found.values()) > 1:
            return f"    of the {len(ready)} turns from this one on: {dict(found)}"
        return ""

    one = st.builds(
        Replica, st.just(""), on_one(st.sampled_from([9, 9, 9, 1])), answers=st.sampled_from([True, True, True, False])
    )
    four = st.tuples(one, one, one, one).map(lambda found: named(list(found)))
    drawn = st.builds(Read, four, st.just((1, 5)), turn=st.integers(0, 1000))
    return searched(case, drawn, asked, wrong, 50, "4 replicas, some silent or behind")
