"""The checks that students see. What is counted is compared with the rows of `likes`, which are the truth."""

from collections.abc import Sequence
from functools import partial

from exercises.ch01_one_server.e3_like_counter.deeds import (
    TOGETHER,
    Deed,
    drawn,
    liked,
    meet,
    off,
    post,
    unkept,
    written,
)
from minigram.course.judge import Measured, Staged, at_most, check, exactly
from minigram.course.judge.meeting import until_well
from minigram.course.judge.trouble import Trouble
from minigram.lab.counters import Counted

LIKES = 2_000
"""Of each photo whose count is read."""


@check(points=1, hint=1)
def counts_a_like_once(case: Staged) -> Measured:
    """A like counts once and is told once, however often it is given, and so does taking it back."""
    ann, ben = case.people(2)
    photo, lonely = post(case, ann, 2)
    expected: list[str] = []
    steps: list[Deed] = []
    for method, event in [("DELETE", ""), ("PUT", "Liked"), ("PUT", ""), ("DELETE", "Unliked"), ("DELETE", "")]:
        steps.append(Deed(method, photo, ben))
        wrong = [line for line in [steps[-1].wrong(case)] if line]
        total, lines = (len(wrong), wrong) if wrong else off(case, [photo, lonely])
        expected += [event] * bool(event)
        heard = [row[0] for row in case.sql("SELECT event FROM heard WHERE photo_id = %s ORDER BY id", photo)]
        if not wrong:
            broken = unkept(case, steps[-1:])
            total, lines = total + len(broken), lines + broken
        if not wrong and heard != expected:
            lines.append(f"the events published so far are {heard}, and should be {expected}")
        if lines:
            example = written(f"on two new photos, {photo} and {lonely}, one after the other:", steps, lines)
            return Measured(total + (heard != expected), exactly(0), "wrong", "one person, two photos", example)
    return Measured(0, exactly(0), "wrong", "one person, two photos")


@check(points=2, hint=2)
def exact_at_once(case: Staged) -> Measured:
    """The counts are exact when many people like and unlike at the same time."""
    for people, number, more in [(2, 1, 0), (2, 1, 2), (8, 1, 8), (20, 3, 80)]:
        ann, *fans = case.people(1 + people)
        photos = post(case, ann, number)
        deeds = drawn(case, fans, photos, more)
        wrong = meet(case, [partial(deed.wrong, case) for deed in deeds], "like_counts")
        total, lines = (len(wrong), wrong) if wrong else off(case, photos)
        if not wrong:
            broken = unkept(case, deeds)
            total, lines = total + len(broken), lines + broken
        if lines:
            example = written(f"on new photos, up to {TOGETHER} of these at the same time:", deeds, lines)
            workload = f"{len(deeds)} deeds, {people} people, photos: {number}"
            return Measured(total, exactly(0), "likes off or refused", workload, example)
    return Measured(0, exactly(0), "likes off or refused", "2, 4, 16, 100 deeds, 2 to 20 people, 1 to 3 photos")


@check(points=2, hint=2)
def survives_a_kill(case: Staged) -> Measured:
    """After PostgreSQL was killed amid likes the counts are exact, and no like that was acknowledged is lost."""
    ann, *fans = case.people(1 + 24)
    photos = post(case, ann, 2)
    early = [Deed("PUT", case.random.choice(photos), who) for who in fans[:12]]
    deeds = [Deed("DELETE", deed.photo, deed.who) for deed in early]
    deeds += [Deed("PUT", case.random.choice(photos), who) for who in fans[12:]]
    case.random.shuffle(deeds)
    for deed in early:
        case.request("PUT", f"/api/photos/{deed.photo}/like", deed.who)
    for table, some in (("like_counts", deeds[::2]), ("likes", deeds[1::2])):
        before = ", ".join(f"{photo} by {person}" for photo, person in sorted(liked(case)) if photo in photos)
        done: list[Deed] = []
        meet(case, [partial(_try, case, deed, done) for deed in some], table, kill=True)
        _until_answered(case, photos)
        total, lines = off(case, photos)
        likes = liked(case)
        lost = [deed for deed in done if ((deed.photo, deed.who.id) in likes) != (deed.method == "PUT")]
        lines += [f"{deed} was acknowledged, and is lost" for deed in lost]
        # Whoever was refused tries again: what was half done is done by that, and counted once.
        for deed in [deed for deed in some if deed not in done]:
            for _ in range(5):
                if deed not in done:
                    _try(case, deed, done)
        refused = [f"{deed} was refused five times when PostgreSQL was back" for deed in some if deed not in done]
        again, more = off(case, photos)
        lines += refused + [f"when all had tried again, {line}" for line in more]
        if lines:
            began = f"liked: {before}; PostgreSQL was killed while these wrote to {table}, up to {TOGETHER} at a time:"
            value, workload = total + again + len(lost) + len(refused), f"{len(some)} deeds, a kill amid them"
            return Measured(value, exactly(0), "likes off or lost", workload, written(began, some, lines))
    return Measured(0, exactly(0), "likes off or lost", f"{len(deeds)} deeds, two kills amid them")


def _try(case: Staged, deed: Deed, done: list[Deed]) -> str:
    """Do it, and note it where it is acknowledged; while PostgreSQL is down it may be refused."""
    if case.try_request(deed.method, f"/api/photos/{deed.photo}/like", deed.who).status == 204:
        done.append(deed)
    return ""


def _until_answered(case: Staged, photos: Sequence[int]) -> None:
    """Ask until each web process has noticed that PostgreSQL is back: their old connections are dead."""
    until_well(
        lambda: [case.try_request("GET", f"/counts/{photos[0]}").status for _ in range(6)],
        lambda statuses: statuses == [200] * 6,
    )


@check(points=1, hint=3)
def reads_few_rows(case: Staged) -> Measured:
    """Reading the counts of photos with many likes looks at few rows and pages."""
    photos, spent = _spent(case, LIKES)
    told = f"counts({photos}): {spent.sum('rows'):,} rows and {spent.sum('buffers'):,} pages"
    workload = f"{len(photos)} photos with {LIKES:,} likes each"
    return Measured(spent.sum("rows") + spent.sum("buffers"), at_most(120), "rows and pages", workload, told)


@check(points=1, hint=3)
def reads_in_one_question(case: Staged) -> Measured:
    """Reading the counts of many photos does not ask about each of them."""
    photos, spent = _spent(case, 3)
    statements = spent.sum("statements")
    told = f"counts({photos}): {statements} statements"
    return Measured(statements, at_most(2), "statements", f"{len(photos)} photos", told)


def _spent(case: Staged, each: int) -> tuple[list[int], Counted]:
    """Twenty photos with so many likes each, and what it costs to read their counts.

    Raises Trouble where the counts are wrong, or the likes are not there any more: that would be no price.
    """
    (ann,) = case.people(1)
    photos = post(case, ann, 20)
    rows = "INSERT INTO likes (photo_id, person_id) SELECT photo, fan FROM unnest(%s::bigint[]) AS photo"
    case.sql(f"{rows}, generate_series(1000000, 1000000 + %s - 1) AS fan", photos, each)
    case.sql("INSERT INTO like_counts SELECT unnest(%s::bigint[]), %s", photos, each)
    with case.counting() as counted:
        _, lines = off(case, photos)
    if lines:
        raise Trouble("answer", "counts is wrong, so what it costs does not matter", lines[:3])
    if case.sql("SELECT count(*) FROM likes WHERE photo_id = ANY(%s)", photos) != [(len(photos) * each,)]:
        raise Trouble("answer", "reading the counts has changed the likes")
    return photos, counted
