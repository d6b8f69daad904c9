"""The checks that students see. Each comment is decided between two moments that the judge knows: when it asked, and
when it was answered."""

from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial

from exercises.ch02_web_tier.e3_rate_limit.asking import (
    LIMITS,
    Asked,
    comment,
    decisions,
    entries,
    held,
    now,
    photo_of,
    reads,
    right,
    until,
    waits,
)
from minigram.course.judge import Measured, Staged, at_most, check, exactly
from minigram.course.judge.staged import Member

MINUTE = 60_000
WINDOW = 1_000
"""Milliseconds of a window that is waited for."""

TOGETHER = 8
"""Comments on their way at a time: one web process alone has a thread for each of them."""

Burst = tuple[float, int]
"""At so many windows after the first comment, so many comments, one after the other."""


@check(points=2, hint=1)
def exact_at_once(case: Staged) -> Measured:
    """Of many comments at the same moment exactly `limit` are let through, for each person."""
    workload = ""
    for limit, together in ((case.random.randint(3, 5), TOGETHER), (case.random.randint(6, 8), 0)):
        ann, ben, carl = case.people(3)
        photo = photo_of(case, ann)
        case.at_once([partial(comment, case, photo, carl, 1, MINUTE)] * 12)  # so that there are connections
        later = [ann, ben] * (2 * limit)
        case.random.shuffle(later)
        writers = [ann] * together + later
        with held(case, together) if together else nullcontext():
            found = case.at_once([partial(comment, case, photo, who, limit, MINUTE) for who in writers], TOGETHER)
        let = [sum(one.wait == 0 for who, one in zip(writers, found, strict=True) if who is by) for by in (ann, ben)]
        workload = f"{len(writers)} comments of 2 people, limit {limit}"
        if let != [limit, limit]:
            counts = [sum(who is by for who in writers) for by in (ann, ben)]
            example = f"limit {limit}; persons {ann.id} and {ben.id} comment {counts[0]} and {counts[1]} times, up to "
            example += f"{TOGETHER} at the same time; let through: {let[0]} and {let[1]}"
            return Measured(sum(abs(n - limit) for n in let), exactly(0), "too many or too few", workload, example)
    return Measured(0, exactly(0), "too many or too few", workload)


@check(points=2, hint=2)
def any_window(case: Staged) -> Measured:
    """In no window of time are more let through than the limit says, and nobody is refused who has room in it."""
    draw, scripts = case.random, list[tuple[int, list[Burst]]]()
    for limit in (2, 3, 4):
        # one at first, some later, and then, when the first has left the window, as many as possible
        scripts.append((limit, [(0, 1), (draw.uniform(0.5, 0.6), limit - 1), (draw.uniform(1.03, 1.1), limit + 1)]))
        scripts.append((limit, [(at * draw.uniform(0.28, 0.34), limit) for at in range(7)]))
    return histories(case, scripts)


@check(points=1, hint=2)
def says_how_long(case: Staged) -> Measured:
    """Who is refused is told the moment from which it is right to try again, and that is the right one."""
    limit = case.random.randint(2, 4)
    ann, *others = case.people(4)
    photo = photo_of(case, ann)

    def patient(who: Member) -> list[str]:
        """Fills the window little by little, is refused twice, and comes again when told."""
        found, start = list[Asked](), now()
        for at in range(limit + 2):
            until(start + at * WINDOW * 0.12)
            found.append(comment(case, photo, who, limit, WINDOW))
        until(found[-1].answered + found[-1].wait)
        found += [comment(case, photo, who, limit, WINDOW) for _ in range(2)]
        return waits(found, limit, WINDOW) or decisions(found, limit, WINDOW)

    def hasty(who: Member) -> list[str]:
        found = [comment(case, photo, who, limit, MINUTE) for _ in range(limit + 2)]
        return waits(found, limit, MINUTE)

    wrong = case.at_once([*(partial(patient, who) for who in others), partial(hasty, ann)])
    return _measured(wrong, limit, f"4 people, limit {limit}, windows of 1 and 60 s")


@check(points=1, hint=1)
def one_round_trip(case: Staged) -> Measured:
    """A comment asks Redis once."""
    ann, ben = case.people(2)
    photo = photo_of(case, ann)
    case.at_once([partial(comment, case, photo, ben, 40, MINUTE)] * 24)  # whatever is done once has been done
    with case.redis(LIMITS) as redis:
        before = reads(redis)
        found = [comment(case, photo, ann, 15, MINUTE) for _ in range(30)]
        trips = reads(redis) - before
    right(decisions(found, 15, MINUTE))
    return Measured(trips / 30, at_most(1.3), "round trips", "30 comments one after the other, half of them refused")


@check(points=1, hint=3)
def keeps_little(case: Staged) -> Measured:
    """Redis keeps little of each person, however often they try, and nothing once their window is over."""
    limit, window = 5, 500
    (ann,) = case.people(1)
    photo = photo_of(case, ann)
    with case.redis(LIMITS) as redis:
        redis.flushall()
        found, most, start = list[Asked](), 0, now()
        for at in range(16):  # as often as the limit allows, for so long that not all of them count any more
            until(start + at * 1.1 * window / limit)
            found.append(comment(case, photo, ann, limit, window))
            most = max(most, entries(redis))
        found += [comment(case, photo, ann, limit, window) for _ in range(10)]
        most = max(most, entries(redis))
        end = now() + window + 2_000
        while redis.dbsize() and now() < end:
            until(now() + 20)
        left = [key.decode("utf-8", "replace")[:60] for key in redis.scan_iter()]
    right(decisions(found, limit, window))
    workload = f"{len(found)} comments of one person, limit {limit} in {window} ms"
    example = f"{most} entries are kept of one person"
    if left:
        example = f"2 s after the window was over these keys are still there: {', '.join(left[:5])}"
    kept = most + 1_000 * len(left)
    return Measured(kept, at_most(2 * limit + 2), "entries (a key that stays counts as 1,000)", workload, example)


def histories(case: Staged, scripts: Sequence[tuple[int, Sequence[Burst]]], window: int = WINDOW) -> Measured:
    """Each of them by a person of its own, all at the same time."""
    people = case.people(len(scripts))
    photo = photo_of(case, people[0])

    def played(who: Member, limit: int, bursts: Sequence[Burst]) -> list[str]:
        found, start = list[Asked](), now()
        for at, count in bursts:
            until(start + at * window)
            found += [comment(case, photo, who, limit, window) for _ in range(count)]
            start = found[0].answered  # it was decided by then, however long that took: windows after it are over
        return decisions(found, limit, window)

    wrong = case.at_once([partial(played, who, *script) for who, script in zip(people, scripts, strict=True)])
    failed = [(lines, limit) for lines, (limit, _) in zip(wrong, scripts, strict=True) if lines]
    shortest, limit = min(failed, key=lambda one: len(one[0]), default=([], 0))
    return _measured([shortest], limit, f"{len(scripts)} people, limits 1 to 4 in {window / 1000:g} s")


def _measured(wrong: Sequence[list[str]], limit: int, workload: str) -> Measured:
    failed = sorted((lines for lines in wrong if lines), key=len)
    example = "\n".join([f"limit {limit}, one person:", *failed[0]]) if failed else ""
    return Measured(len(failed), exactly(0), "people wronged", workload, example)
