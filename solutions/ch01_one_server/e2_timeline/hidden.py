"""The checks that students do not see: what the statement says and the public checks leave out."""

import re
from collections.abc import Iterator

from exercises.ch01_one_server.e2_timeline.checks import SECOND, album, walk
from exercises.ch01_one_server.e2_timeline.histories import FOLLOWED, PEOPLE, Add, Delete, Step, Turn, judged
from exercises.ch01_one_server.e2_timeline.histories.asking import follow, page, path
from minigram.course.judge import Measured, Staged, check, exactly
from minigram.course.judge.staged import Member
from minigram.course.judge.trouble import Trouble

YEAR = 365 * 24 * 3600 * SECOND


@check(points=1, hint=2)
def microseconds(case: Staged) -> Measured:
    """Photos are told apart by microseconds, also from one page to the next."""

    def drawn() -> list[Step]:
        count, limit = 12, case.random.randint(2, 4)
        times = [1, 2, 3, 997, 998, 999, SECOND + 1]
        return [*album(case.random, count, FOLLOWED, times), *walk(count, limit)]

    return judged(case, (drawn() for _ in range(3)), "3 times 12 photos, some a microsecond apart")


@check(points=1, hint=2)
def any_history(case: Staged) -> Measured:
    """Whatever happens while one turns the pages, every photo that is there throughout is seen once, in order."""

    def drawn() -> Iterator[Step]:
        draw, limit, photo = case.random, case.random.randint(2, 3), 0
        times = [draw.randrange(-65 * YEAR, 2 * YEAR) for _ in range(3)]
        times += [times[0] + 1, -60 * YEAR - draw.randrange(SECOND), -60 * YEAR]
        for _ in range(6):
            for _ in range(draw.choice([0, 1, 5])):
                photo += 1
                yield Add(photo, draw.choice(PEOPLE), draw.choice(times))
            for _ in range(draw.choice([0, 1, 3])):
                yield Delete(draw.randint(1, max(1, photo)))
            yield Turn(limit)
            if draw.random() < 0.3:
                yield Delete()
        for old in range(4):
            yield Add(photo + 1 + old, draw.choice(FOLLOWED), -60 * YEAR)
        yield from 2 * walk(photo + 4, limit)

    return judged(case, (list(drawn()) for _ in range(3)), "3 random histories, with photos of 70 years")


@check(points=1, hint=2)
def other_cursors(case: Staged) -> Measured:
    """A text that is no cursor is refused with a status of 400 to 499, and no text makes the app fail."""
    viewer, author = case.people(2)
    follow(case, viewer, [author])
    case.sql(
        "INSERT INTO photos (author_id, media, width, height, caption) "
        "SELECT %s, 'none', 1, 1, '' FROM generate_series(1, 3)",
        author.id,
    )
    _, given = page(case, viewer, 1, None)
    if not given:
        raise Trouble("answer", "of three photos in pages of one, the first page gave no cursor")
    letters = "".join(case.random.choices("ghijkGHIJK-_.:,| ", k=30))
    none = ["\0", "null", letters, "é🙂", "'; --", "{}", "[1, 2]", "x" * 3_000, "9" * 3_000]
    greater = [
        given[: number.start()] + "9" * digits + given[number.end() :]
        for number in re.finditer("[0-9]+", given)
        for digits in (18, 19, 25, 900)
    ]
    altered = [given[:-1], given[1:], f"{given}\0", given * 2, given + "=", given.swapcase(), "0", *greater[:40]]
    wrong = [(text, status) for text in none if not 400 <= (status := _status(case, viewer, text)) < 500]
    wrong += [(text, status) for text in altered if (status := _status(case, viewer, text)) >= 500]
    example = "".join(f"    GET {path(1, text)[:120]}: {status}" for text, status in wrong[:1])
    return Measured(len(wrong), exactly(0), "wrong answers", f"{len(none + altered)} texts as cursors", example)


def _status(case: Staged, viewer: Member, cursor: str) -> int:
    return case.try_request("GET", path(1, cursor), viewer).status
