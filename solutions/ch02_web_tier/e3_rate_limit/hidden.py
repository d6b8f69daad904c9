"""The checks that students do not see: what the statement says and the public checks leave out."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from exercises.ch02_web_tier.e3_rate_limit.asking import LIMITS, Asked, comment, decisions, photo_of
from exercises.ch02_web_tier.e3_rate_limit.checks import MINUTE, histories
from minigram.course.judge import Measured, Staged, at_most, check, exactly
from minigram.course.judge.checks import Unclear
from minigram.course.judge.staged import Member

BUSY, PATIENT = 0.3, 0.45
"""Seconds for which Redis is busy; and those in which that has to be over, or nobody can tell: half a second is waited
for it at least."""
MOST = 3_000
"""Milliseconds that a comment may take while Redis is away."""


@check(points=1, hint=3)
def goes_on_without_redis(case: Staged) -> Measured:
    """While Redis is away or stands still, comments are let through and nobody waits long."""
    ann, ben, carl = case.people(3)
    photo = photo_of(case, ann)
    comment(case, photo, ann, 2, MINUTE)
    away = list[Asked]()
    with case.standing_still(LIMITS):
        away += case.at_once([partial(comment, case, photo, who, 2, MINUTE) for who in (ann, ben, carl)])
    with case.without(LIMITS):
        away += case.at_once([partial(comment, case, photo, who, 2, MINUTE) for who in (ann, ben, carl)])
    refused = sum(one.wait > 0 for one in away)
    if refused:
        return Measured(MOST * 10, at_most(MOST), "ms", "6 comments without Redis", f"{refused} of 6 were refused")
    took = max(one.answered - one.sent for one in away)
    return Measured(took, at_most(MOST), "ms", "6 comments, Redis standing still or away", f"one took {took:.0f} ms")


@check(points=1, hint=3)
def holds_again(case: Staged) -> Measured:
    """When Redis is back, the limit holds again, and a comment that it was too late for has not counted twice. While it
    is only busy, it is waited for."""
    limit = case.random.randint(4, 6)
    ann, ben, carl = case.people(3)
    photo = photo_of(case, ann)
    for _ in range(limit):
        comment(case, photo, carl, limit, MINUTE)
    if busy(case, photo, carl, limit).wait == 0:
        example = f"limit {limit}, and so many comments; Redis was busy for {BUSY} s: one more was let through"
        return Measured(1, exactly(0), "people wronged", "one person, Redis busy", example)
    with case.standing_still(LIMITS):
        comment(case, photo, ann, limit, MINUTE)
    after = [comment(case, photo, ann, limit, MINUTE) for _ in range(limit + 2)]
    let = sum(one.wait == 0 for one in after)
    if not limit - 1 <= let <= limit:
        example = f"limit {limit}: one comment while Redis stood still, and afterwards {let} more were let through"
        return Measured(1, exactly(0), "people wronged", "one person, Redis stands still", example)
    everywhere = [partial(comment, case, photo, ann, limit, MINUTE)] * 16
    case.at_once(everywhere)  # each web process has asked this Redis, and then the one that was started again
    with case.without(LIMITS):
        comment(case, photo, ben, limit, MINUTE)
    case.at_once(everywhere)
    wrong = decisions([comment(case, photo, ben, limit, MINUTE) for _ in range(limit + 2)], limit, MINUTE)
    example = "\n".join([f"Redis was killed and started again; limit {limit}, one person:", *wrong])
    workload = "2 people; Redis stands still, and is killed"
    return Measured(len(wrong[-1:]), exactly(0), "people wronged", workload, example)


def busy(case: Staged, photo: int, who: Member, limit: int) -> Asked:
    """A comment while Redis is busy for a moment. Raises Unclear where the moment was too long."""
    begun = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        with case.standing_still(LIMITS):
            asked = pool.submit(comment, case, photo, who, limit, MINUTE)
            time.sleep(BUSY)
        if time.monotonic() - begun > PATIENT:
            asked.result()
            raise Unclear(f"Redis was to be busy for {BUSY} s, and that took longer")
        return asked.result()


@check(points=1, hint=2)
def any_history(case: Staged) -> Measured:
    """Through random histories with windows of several lengths the limit is exact."""
    draw = case.random
    scripts = [
        (limit, sorted((draw.uniform(0, 3.5), draw.randint(1, 2)) for _ in range(10))) for limit in (1, 1, 2, 2, 3, 4)
    ]
    return histories(case, scripts, draw.choice([400, 500]))
