"""The checks that students see. What every page has to be is known; what it costs, the servers count."""

from collections.abc import Iterator
from functools import partial

from exercises.ch03_sharding.e3_newest_everywhere.likes import DAY, SECOND, SERVERS, Walk, everywhere, page, photos
from exercises.ch03_sharding.e3_newest_everywhere.likes.servers import asked_together
from minigram.course.judge import Measured, Staged, at_least, at_most, check, exactly
from minigram.course.judge.trouble import Trouble
from minigram.lab.counters import Counted

LIMIT, PAGES = 12, 8
"""Of the walks in which statements and rows are counted: how many photos a page has, and how many pages there are."""
EACH = 2_000
"""Likes of each shard, where the work is counted."""


@check(points=1, hint=1)
def newest_first(case: Staged) -> Measured:
    """The newest likes come first, whatever shard and server they are of."""

    def histories() -> Iterator[Walk]:
        for count, limit in ((4, 6), (12, 5), (24, 9)):
            walk = new(case)
            some = case.random.sample(walk.photos, count)
            walk.like({photo: at * SECOND for at, photo in enumerate(some)})
            walk.rest(limit)
            yield walk

    return judged(histories(), "3 walks through 4 to 24 likes on photos of 6 shards")


@check(points=1, hint=1)
def equal_times(case: Staged) -> Measured:
    """Likes of the very same moment are shown once each, the greatest photo id first, also across servers and pages."""

    def histories() -> Iterator[Walk]:
        for limit in (3, 2, 4):
            walk = new(case)
            some = case.random.sample(walk.photos, 5 * limit)
            walk.like({photo: case.random.choice([0, 0, 0, SECOND, -SECOND]) for photo in some})
            walk.rest(limit)
            yield walk

    return judged(histories(), "3 walks through 10 to 20 likes, most of one moment")


@check(points=1, hint=2)
def while_likes_come_and_go(case: Staged) -> Measured:
    """A page goes on where the last one ended, whatever is liked and unliked on any server between the two."""

    def histories() -> Iterator[Walk]:
        draw = case.random
        for _ in range(3):
            walk, limit, now = new(case), draw.randint(2, 3), 20
            some = draw.sample(walk.photos, 12)
            walk.like({photo: draw.randrange(8) * SECOND for photo in some})
            while walk.turn(limit) and now < 26:
                if draw.random() < 0.6:
                    walk.unlike(walk.last)
                others = draw.sample([photo for photo in walk.photos if photo not in walk.liked], 2)
                walk.like({others[0]: now * SECOND, others[1]: draw.randrange(8) * SECOND})
                now += 1
            yield walk

    return judged(histories(), "3 walks of 7 pages; between two, photos of all shards are liked and unliked")


@check(points=1, hint=2)
def one_question_each(case: Staged) -> Measured:
    """A page asks each server once: with what finds out who asks, no more than 3 statements."""
    spent = _spent(case)
    return _each(spent, "statements", 3.5)


@check(points=1, hint=2)
def few_rows(case: Staged) -> Measured:
    """A server sends no more than the page could need of it, however many shards it has."""
    spent = _spent(case)
    return _each(spent, "rows", 28)


@check(points=1, hint=3)
def all_at_once(case: Staged) -> Measured:
    """All servers are asked at the same time, not one after another."""
    walk = new(case)
    liked = case.random.sample(walk.photos, len(walk.photos))
    walk.like({photo: at * SECOND for at, photo in enumerate(liked)})
    if not walk.turn(10):
        raise Trouble("answer", "the page is wrong, so how it was asked does not matter", walk.lines[-3:])
    most = asked_together(case, walk.who, 10)
    return Measured(most, at_least(len(SERVERS)), "servers asked", "a page, while the answers are held back")


@check(points=1, hint=3)
def deep_pages(case: Staged) -> Measured:
    """A page of 10 after 1,000 others costs little: at most 400 buffers."""
    (who,) = case.people(1)
    photos(case, EACH)
    # Few rows to a page, so that it shows who looks at all of them; and nobody tidies up in between.
    everywhere(case, "ALTER TABLE {}.likes SET (fillfactor = 10, autovacuum_enabled = off)")
    everywhere(case, "TRUNCATE {}.likes")
    everywhere(
        case,
        "INSERT INTO {0}.likes SELECT id, %s, %s::timestamptz + floor(random() * 9000) * interval '1 s' FROM "
        "(SELECT id FROM {0}.photos ORDER BY id DESC LIMIT %s) AS newest",
        who.id, DAY, EACH,
    )  # fmt: skip
    everywhere(case, "ANALYZE {}.likes")
    likes = everywhere(case, "SELECT liked_at, photo_id FROM {}.likes")
    expected = [photo for _, photo in sorted(likes, reverse=True)[:1_050]]
    seen, cursor = list[int](), None
    for _ in range(10):
        found, cursor = page(case, who, 100, cursor)
        seen += found
    with case.counting() as counted:
        for _ in range(5):
            found, cursor = page(case, who, 10, cursor)
            seen += found
    if seen != expected:
        raise Trouble("answer", "10 pages of 100 and 5 of 10 do not show the newest 1,050 likes, newest first")
    workload = f"pages of 10 after 1,000 likes, of {6 * EACH:,} in 6 shards"
    return Measured(counted.sum("buffers") / 5, at_most(400), "buffers", workload)


def new(case: Staged, each: int = 8) -> Walk:
    """Somebody who likes nothing yet, and so many new photos of each shard."""
    (who,) = case.people(1)
    return Walk(case, who, photos(case, each))


def judged(walks: Iterator[Walk], workload: str) -> Measured:
    """Whether every page of every walk was right; the example is the first walk in which one was not."""
    for walk in walks:
        if walk.wrong:
            return Measured(1, exactly(0), "wrong pages", workload, walk.example())
    return Measured(0, exactly(0), "wrong pages", workload)


def _spent(case: Staged) -> Counted:
    """What `PAGES` pages cost. Raises Trouble where they are wrong: that would be no price."""
    walk = new(case, each=16)
    walk.like({photo: at * SECOND for at, photo in enumerate(case.random.sample(walk.photos, 96))})
    case.at_once([partial(page, case, walk.who, LIMIT, None)] * 8)  # each web process knows the map then
    with case.counting() as counted:
        walk.rest(LIMIT)
    if walk.wrong:
        raise Trouble("answer", "a page is wrong, so what it costs does not matter", walk.lines[-3:])
    return counted


def _each(spent: Counted, what: str, most: float) -> Measured:
    """How many of these a page took."""
    servers = ", ".join(f"{name}: {spent[name][what]}" for name in ("main", *SERVERS))
    workload = f"{PAGES} pages of {LIMIT}; 6 shards on 2 servers"
    return Measured(spent.sum(what) / PAGES, at_most(most), what, workload, f"{what} of all pages by server: {servers}")
