"""The checks that students see. Each draws histories and compares every page, or counts what PostgreSQL has to do."""

from collections.abc import Iterator, Sequence
from random import Random

from exercises.ch01_one_server.e2_timeline.histories import DAY, FOLLOWED, PEOPLE, Add, Delete, Step, Turn, judged
from exercises.ch01_one_server.e2_timeline.histories.asking import follow, page
from minigram.course.judge import Measured, Staged, at_most, check
from minigram.course.judge.trouble import Trouble

SECOND = 1_000_000
AUTHORS, EACH = 12, 1_600
"""How many one follows where the work is counted, and how many photos each of them has."""


def album(draw: Random, count: int, authors: Sequence[str], times: Sequence[int]) -> list[Step]:
    """So many new photos, each of one of the authors and with one of the times."""
    return [Add(photo, draw.choice(authors), draw.choice(times)) for photo in range(1, count + 1)]


def walk(photos: int, limit: int) -> list[Step]:
    """From the first page to the last of so many photos."""
    return [Turn(limit)] * -(-photos // limit)


@check(points=1, hint=1)
def newest_first(case: Staged) -> Measured:
    """A page has the newest photos first, and of those with the same time the one with the greatest id."""
    times = [second * SECOND for second in range(6)]
    histories = ([*album(case.random, 12, FOLLOWED, times), Turn(20)] for _ in range(3))
    return judged(case, histories, "3 times 12 photos on one page, posted_at in any order, some the same")


@check(points=1, hint=1)
def whose_photos(case: Staged) -> Measured:
    """The photos are those of the people whom one follows and one's own, and nobody else's."""

    def drawn() -> list[Step]:
        authors = case.random.sample(PEOPLE * 3, 12)
        return [*(Add(n, author, n * SECOND) for n, author in enumerate(authors, 1)), Turn(20)]

    return judged(case, (drawn() for _ in range(2)), "12 photos: 3 of yours, 6 of two you follow, 3 of a stranger")


@check(points=1, hint=2)
def equal_times(case: Staged) -> Measured:
    """Photos with the very same time are shown once each, also when a page cannot hold them all."""

    def drawn() -> list[Step]:
        limit = case.random.randint(2, 4)
        count = 4 * limit
        return [*album(case.random, count, FOLLOWED, [0, 0, 0, SECOND, -SECOND]), *walk(count, limit)]

    return judged(case, (drawn() for _ in range(3)), "3 walks through 8 to 16 photos, most with one time")


@check(points=2, hint=2)
def while_photos_come_and_go(case: Staged) -> Measured:
    """A page goes on where the last one ended, whatever is posted, imported and deleted between the two."""

    def drawn() -> Iterator[Step]:
        draw, limit, times = case.random, case.random.randint(2, 3), [second * SECOND for second in range(6)]
        yield from album(draw, 10, FOLLOWED, times)
        for photo in range(11, 23, 2):
            yield Turn(limit)
            if draw.random() < 0.6:
                yield Delete()
            yield Add(photo, draw.choice(FOLLOWED), photo * SECOND)
            yield Add(photo + 1, draw.choice(FOLLOWED), draw.choice(times))
            if draw.random() < 0.4:
                yield Delete(draw.randint(1, photo))

    workload = "3 walks of 6 pages; between two pages a photo is posted, one imported, and often one or two deleted"
    return judged(case, (list(drawn()) for _ in range(3)), workload)


@check(points=1, hint=3)
def deep_pages(case: Staged) -> Measured:
    """A page of 10 after 2,000 others costs as little as the first: at most 400 buffers."""
    viewer, *authors = case.people(1 + AUTHORS)
    follow(case, viewer, authors)
    # Whether PostgreSQL tidies up in between, which makes reading an index cheaper, must not decide.
    case.sql("ALTER TABLE photos SET (autovacuum_enabled = off)")
    case.sql(
        "INSERT INTO photos (author_id, media, width, height, caption, posted_at) "
        "SELECT author, 'none', 1, 1, repeat('a long caption ', 60), "
        "%s::timestamptz + floor(random() * 3000) * interval '1 second' "
        "FROM generate_series(1, %s) CROSS JOIN unnest(%s::bigint[]) AS author",
        DAY, EACH, [person.id for person in (viewer, *authors)],
    )  # fmt: skip
    case.sql("ANALYZE photos")
    cursor, seen = None, set[str]()
    for _ in range(20):
        photos, cursor = page(case, viewer, 100, cursor)
        seen.update(photos)
    with case.counting() as counted:
        for _ in range(5):
            photos, cursor = page(case, viewer, 10, cursor)
            seen.update(photos)
    if len(seen) != 2_050:
        raise Trouble("answer", f"20 pages of 100 and 5 of 10 showed {len(seen):,} photos, not 2,050")
    workload = f"pages of 10 after 2,000 photos, of {(1 + AUTHORS) * EACH:,} by you and {AUTHORS} whom you follow"
    return Measured(counted["main"]["buffers"] / 5, at_most(400), "buffers", workload)


@check(points=1, hint=3)
def few_statements(case: Staged) -> Measured:
    """A page takes as many statements for many authors as for one: at most 5."""
    viewer, *authors = case.people(1 + AUTHORS)
    follow(case, viewer, authors)
    case.sql(
        "INSERT INTO photos (author_id, media, width, height, caption) SELECT author, 'none', 1, 1, '' "
        "FROM generate_series(1, 3) CROSS JOIN unnest(%s::bigint[]) AS author",
        [person.id for person in authors],
    )
    with case.counting() as counted:
        for _ in range(10):
            _, cursor = page(case, viewer, 10, None)
            page(case, viewer, 10, cursor)
    statements = counted["main"]["statements"] / 20
    return Measured(statements, at_most(5), "statements", f"a page of the photos of {AUTHORS} whom you follow")
