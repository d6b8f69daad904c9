"""The checks that students do not see: what the statement says and the public checks leave out."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from exercises.ch04_replicas.e1_where_to_read.checks import HALF, TURNS, Position, Read, Replica, reads, replicas
from minigram.course.judge import Called, Measured, check


@dataclass(frozen=True)
class Promoted(Read):
    """A read from a group that has had several primaries: one timeline went on where another one ended."""

    def objection(self, answer: object) -> str:
        unknown = {mark[0] for mark in self._marks()} - self._line().keys()
        if unknown:
            return "" if answer == ["primary"] else f"nobody here knows what became of timeline {unknown.pop()}"
        return super().objection(answer)

    def unfit(self, one: Replica) -> str:
        timeline, lsn = one.at
        if timeline not in self._line() or self._kept(one.at) < lsn:
            return f"{one.name} shows what a promotion has cut off"
        return super().unfit(one)

    def missing(self, one: Replica) -> int:
        return max(map(self._kept, self._marks()), default=0) - one.at[1]

    def replays(self, one: Replica) -> bool:
        return one.at[0] == self.timeline and super().replays(one)

    def _marks(self) -> list[Position]:
        return [mark for mark in (self.written, self.seen) if mark]

    def _line(self) -> dict[int, int | None]:
        """The timelines of the group's history, and where each ended."""
        return {**dict(self.ends), self.timeline: None}

    def _kept(self, position: Position) -> int:
        """How much of it is on the line of the group."""
        timeline, lsn = position
        return min(lsn, dict(self.ends).get(timeline, lsn))


BEGAN = {1: 0, 2: 100, 3: 200, 4: 200, 5: 300, 6: 300}
ENDS = (1, 100), (2, 200), (4, 300)
"""Timeline 1 went on as 2 and that as 4; nobody follows 3. Now it is 5, as far as we know: 6 may have begun."""
AROUND = 99, 100, 101, 199, 200, 201, 300, 301


CUT_OFF = (
    Promoted([Replica("north", (1, 60), speed=50)], (1, 90), timeline=5, ends=ENDS, wait_ms=4),  # gets no further
    Promoted([Replica("north", (2, 120))], (1, 150), timeline=5, ends=ENDS),  # what came after 100 is lost
    Promoted([Replica("north", (1, 120))], timeline=5, ends=ENDS),  # it shows what is lost
)
UNFIT = (
    Promoted([Replica("north", (2, 8), answers=False, speed=3)], (2, 10), timeline=2, ends=((1, 5),), wait_ms=9),
    Promoted([Replica("north", (2, 8), 9, 9, speed=3)], (2, 10), timeline=2, ends=((1, 5),), stale_ms=12, wait_ms=9),
)
"""They would have it soon, and may not be read then either."""


def positions(*timelines: int) -> st.SearchStrategy[Position]:
    """Positions near the ends of timelines, none before its timeline began."""
    return st.sampled_from([(one, lsn) for one in timelines for lsn in AROUND if lsn >= BEGAN[one]])


@check(points=2, hint=3)
def after_a_promotion(case: Called) -> Measured:
    """What a promotion cut off is neither read nor waited for, and what came before it still counts."""
    at = positions(1, 2, 4, 5) | positions(1, 2, 3, 4, 5, 6)
    one = st.builds(Replica, st.just(""), at, speed=st.sampled_from([0, 50]))
    lost = st.sampled_from([(timeline, end + 1) for timeline, end in ENDS])
    unknown = st.sampled_from([(3, 200), (6, 300)])
    written, seen = st.none() | lost | at, st.none() | unknown | at
    drawn = st.builds(
        Promoted,
        replicas(one),
        written,
        seen,
        timeline=st.just(5),
        ends=st.just(ENDS),
        wait_ms=st.integers(0, 4),
        turn=TURNS,
    )
    return reads(case, drawn | st.sampled_from(CUT_OFF), 120, "up to 3 replicas, on any of six timelines")


@check(points=1, hint=3)
def all_of_it_together(case: Called) -> Measured:
    """Far into a long log, with everything that may be true of a replica at the same time."""
    few = st.integers(0, 9)
    at = st.sampled_from([(1, lsn) for lsn in range(10)] + [(2, lsn) for lsn in range(5, 15)])
    one = st.builds(
        Replica, st.just(""), at, behind_ms=few, age_ms=few,
        answers=st.sampled_from([True, True, True, False]), speed=st.integers(0, 3),
    )  # fmt: skip
    near = st.builds(
        Promoted, replicas(one, most=4), st.none() | at, st.none() | at, timeline=st.just(2), ends=st.just(((1, 5),)),
        stale_ms=st.just(12), wait_ms=few, elsewhere=st.none() | at, turn=TURNS,
    )  # fmt: skip
    near |= st.sampled_from(UNFIT)
    drawn = st.builds(_moved_on, near, st.sampled_from([HALF - 8, 0xFF * HALF, 0x7FFFFFFF * HALF]))
    return reads(case, drawn, 60, "up to 4 replicas, everything drawn")


def _moved_on(read: Promoted, by: int) -> Promoted:
    """The same, so many bytes later in the log."""

    def later(position: Position | None) -> Position | None:
        return position and (position[0], position[1] + by)

    return replace(
        read,
        replicas=[replace(one, at=(one.at[0], one.at[1] + by)) for one in read.replicas],
        written=later(read.written),
        seen=later(read.seen),
        ends=tuple((timeline, end + by) for timeline, end in read.ends),
    )
