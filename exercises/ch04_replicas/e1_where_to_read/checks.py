"""The checks that students see. Each answer is looked at: what speaks against it, by the statement?"""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from hypothesis import strategies as st

from exercises.ch03_sharding.e1_ids.checks import searched
from minigram.course.judge import Called, Measured, check

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

    def objection(self, answer: object) -> str:
        """What speaks against this answer; nothing where it is right."""
        by_name = {one.name: one for one in self.replicas}
        match answer:
            case ["replica", str(name)] if name in by_name:
                return self.unfit(by_name[name]) or self._lacks(by_name[name])
            case ["wait", str(name), int(ms)] if name in by_name and type(ms) is int:
                return self._is_ready() or self.unfit(by_name[name]) or self._too_early_or_late(by_name[name], ms)
            case ["primary"]:
                return self._is_ready() or self._comes_soon()
        return "that is no answer: see the statement"

    def ready(self) -> list[str]:
        """The replicas that may be read at once."""
        return [one.name for one in self.replicas if not self.unfit(one) and self.missing(one) <= 0]

    def unfit(self, one: Replica) -> str:
        """Why it may not be read, however long one waits."""
        if not one.answers:
            return f"{one.name} does not answer"
        if one.behind_ms + one.age_ms > self.stale_ms:
            return f"{one.name} may be {one.behind_ms + one.age_ms} ms behind by now, and {self.stale_ms} are allowed"
        return ""

    def missing(self, one: Replica) -> int:
        """The bytes up to what the session needs."""
        return max((lsn for _, lsn in filter(None, (self.written, self.seen))), default=0) - one.at[1]

    def replays(self, one: Replica) -> bool:
        """Whether it gets further."""
        return one.speed > 0

    def _there(self, one: Replica, ms: int) -> bool:
        """Whether it has what the session needs when so many milliseconds from now have passed."""
        return ms >= 0 and self.replays(one) and (one.age_ms + ms) * one.speed >= self.missing(one)

    def _lacks(self, one: Replica) -> str:
        return f"{one.name} lacks {self.missing(one)} bytes of what the session needs" if self.missing(one) > 0 else ""

    def _is_ready(self) -> str:
        ready = self.ready()
        return f"{' and '.join(ready)} may be read at once" if ready else ""

    def _comes_soon(self) -> str:
        soon = [one.name for one in self.replicas if not self.unfit(one) and self._there(one, self.wait_ms)]
        return f"{' and '.join(soon)} will have it in time, and {self.wait_ms} ms may be waited" if soon else ""

    def _too_early_or_late(self, one: Replica, ms: int) -> str:
        if ms > self.wait_ms:
            return f"{self.wait_ms} ms may be waited, and not {ms}"
        if not self._there(one, ms):
            return f"{one.name} will not have it after {ms} ms"
        sooner = [other.name for other in self.replicas if not self.unfit(other) and self._there(other, ms - 1)]
        return f"{' and '.join(sooner)} will have it sooner" if sooner else ""


def text(lsn: int) -> str:
    """As PostgreSQL writes it."""
    return f"{lsn // HALF:X}/{lsn % HALF:X}"


def _mark(position: Position | None) -> list[Any] | None:
    return [position[0], text(position[1])] if position else None


def reads(case: Called, drawn: st.SearchStrategy[Read], count: int, workload: str) -> Measured:
    """Whether each read is sent where it may go."""
    return searched(case, drawn, asked, lambda read: first_wrong(case, read), count, workload)


def first_wrong(case: Called, read: Read) -> str:
    """The answer and what speaks against it; nothing where it is right."""
    return told(read, case.call("route", *read.arguments()))


def told(read: Read, found: object) -> str:
    """The same of an answer that is there already."""
    if objection := read.objection(found):
        return f"    turn {read.turn}: found {json.dumps(found)[:200]}\n    but {objection}"
    return ""


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
        ready = read.ready()
        found = dict.fromkeys(ready, 0)
        for turn in range(read.turn, read.turn + max(1, len(ready))):
            this = replace(read, turn=turn)
            answer = case.call("route", *this.arguments())
            if line := told(this, answer):
                return line
            if ready:
                found[answer[1]] += 1
        if max(found.values(), default=1) > 1:
            return f"    {len(ready)} may be read, so of {len(ready)} turns in a row each gets one; found {found}"
        return ""

    one = st.builds(
        Replica, st.just(""), on_one(st.sampled_from([9, 9, 9, 1])), answers=st.sampled_from([True, True, True, False])
    )
    four = st.tuples(one, one, one, one).map(lambda found: named(list(found)))
    drawn = st.builds(Read, four, st.just((1, 5)), turn=st.integers(0, 1000))
    return searched(case, drawn, asked, wrong, 50, "4 replicas, some silent or behind")
