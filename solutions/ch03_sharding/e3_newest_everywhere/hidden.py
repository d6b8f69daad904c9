"""The checks that students do not see: what the statement says and the public checks leave out."""

from collections.abc import Iterator
from functools import partial

from exercises.ch03_sharding.e3_newest_everywhere.checks import judged, new
from exercises.ch03_sharding.e3_newest_everywhere.likes import SECOND, SERVERS, Walk, page, path, read
from exercises.ch03_sharding.e3_newest_everywhere.likes.servers import move
from minigram.course.judge import Measured, Staged, check
from minigram.course.judge.meeting import until_well
from minigram.databases.ids import shard_of

YEAR = 365 * 24 * 3600 * SECOND


@check(points=1, hint=3)
def a_server_is_away(case: Staged) -> Measured:
    """While a server is away the answer is 503, not a page without its likes; when it is back the pages go on."""
    walk = new(case)
    walk.like({photo: at * SECOND for at, photo in enumerate(case.random.sample(walk.photos, 20))})
    walk.turn(5)
    (away,) = {*SERVERS} - {walk.places[shard_of(walk.who.id)]}  # not the server that tells who asks
    with case.without(away):
        found = [case.try_request("GET", path(5, cursor), walk.who).status for cursor in (None, walk.cursor) * 2]
    walk.lines.append(f"{away} is killed; these pages were answered with {', '.join(map(str, found))}, and it is back")
    until_well(lambda: case.try_request("GET", path(5, walk.cursor), walk.who).status, lambda status: status == 200)
    walk.wrong = walk.wrong or found != [503] * len(found)
    walk.rest(5)
    return judged(iter([walk]), "a walk of 4 pages; a server is away after the first")


@check(points=1, hint=3)
def a_shard_moves(case: Staged) -> Measured:
    """When shards move to another server between two pages, nothing is repeated, left out or refused."""
    walk = new(case)
    walk.like({photo: at // 2 * SECOND for at, photo in enumerate(case.random.sample(walk.photos, 30))})
    case.at_once([partial(page, case, walk.who, 5, None)] * 8)  # each web process knows where the shards lie
    walk.turn(5)
    for shard in case.random.sample(range(6), 3):
        walk.lines.append(move(case, shard))
        walk.turn(5)
    walk.rest(5)
    return judged(iter([walk]), "a walk of 6 pages; between two of them a shard moves, three times")


@check(points=1, hint=2)
def any_moment(case: Staged) -> Measured:
    """Likes are told apart by microseconds, of many years; a text that is no cursor is refused with 400 to 499."""

    def histories() -> Iterator[Walk]:
        draw = case.random
        for limit in (2, 3, 5):
            walk, begun = new(case), draw.randrange(-13 * YEAR, YEAR)
            times = [begun, begun + 1, begun + 2, begun + 998, begun - 1, begun + draw.randrange(YEAR)]
            walk.like({photo: draw.choice(times) for photo in draw.sample(walk.photos, 4 * limit)})
            walk.rest(limit)
            yield walk
        walk = new(case)
        walk.like({photo: at for at, photo in enumerate(walk.photos[:6])})
        walk.turn(2)
        for text in ("", "null", "\0", "é", "{}", "'; --", "x" * 900, "9" * 900, f"{walk.cursor}\0"):
            status = case.try_request("GET", path(2, text), walk.who).status
            if not 400 <= status < 500:
                walk.lines.append(f"GET {path(2, text)[:80]} was answered with {status}")
                walk.wrong = True
        own = read(case.request("GET", path(2, walk.cursor), walk.who).data())[0]
        walk.wrong = walk.wrong or own != sorted(walk.liked, key=lambda photo: walk.liked[photo])[2:4][::-1]
        yield walk

    return judged(histories(), "3 walks through likes some a microsecond apart, of 14 years; 9 texts as cursors")
