"""The home feed and other pages of photos: who is in them, in which order, and how they go on."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from minigram.lab.running import Running
from tests.behaviour.client import Someone
from tests.behaviour.waiting import eventually

MANY = 45
"""More photos than two pages hold."""


@pytest.fixture(scope="module")
def posted(app: Running) -> tuple[Someone, Someone, list[str]]:
    """A reader, whom they follow, and the ids of what that person has posted, newest first."""
    reader, author = Someone(app.url), Someone(app.url)
    reader.follow(author)
    with ThreadPoolExecutor(4) as pool:
        ids = sorted(pool.map(author.post, map(str, range(MANY))), key=int, reverse=True)
    eventually("the follower's feed has all photos", lambda: reader.all("/api/feed") == ids)
    return reader, author, ids


def test_a_feed_has_the_photos_of_whom_one_follows_and_ones_own(ann: Someone, ben: Someone, carla: Someone) -> None:
    """And of nobody else; newest first, whoever posted them."""
    ann.follow(ben)
    ids = [someone.post() for someone in (ben, ann, ben, carla, ann)]
    wanted = [ids[4], ids[2], ids[1], ids[0]]
    eventually("the feed has both people's photos in order", lambda: ann.feed() == wanted)
    assert ben.feed() == [ids[2], ids[0]] and carla.feed() == [ids[3]]


def test_a_feed_shows_what_a_photo_is(ann: Someone, ben: Someone) -> None:
    """The photo in a feed, on a profile and by itself is the same, with author, caption, counts and `liked`."""
    ben.follow(ann)
    photo = ann.post("seen from all sides")
    ann.like(photo)
    ann.comment(photo)
    ben.like(photo)
    eventually("the photo is in the follower's feed", lambda: photo in ben.feed())
    eventually("both likes and the comment are counted", lambda: _counts(ben, photo) == (2, 1))
    alone = ben.photo(photo)
    assert (alone["author"], alone["caption"]) == (ann.name, "seen from all sides")
    assert (alone["likes"], alone["comments"], alone["liked"]) == (2, 1, True)
    assert ben.get(f"/api/people/{ann.name}/photos")["photos"] == [alone]
    eventually("the feed shows its counts", lambda: ben.get("/api/feed")["photos"] == [alone])


def test_following_fills_the_feed_and_unfollowing_empties_it(ann: Someone, ben: Someone) -> None:
    """Old photos come with a new followee, and all of them go with a former one."""
    ids = [ann.post(), ann.post()]
    assert ben.feed() == []
    ben.follow(ann)
    eventually("the feed has what the followee posted before", lambda: ben.feed() == ids[::-1])
    ben.unfollow(ann)
    eventually("the feed is empty again", lambda: ben.feed() == [])


def test_a_deleted_photo_leaves_the_feeds(ann: Someone, ben: Someone) -> None:
    """At once for its author, within the bound for followers."""
    ben.follow(ann)
    ids = [ann.post() for _ in range(3)]
    eventually("the photos are in the follower's feed", lambda: ben.feed() == ids[::-1])
    ann.unpost(ids[1])
    assert ann.feed() == [ids[2], ids[0]]
    eventually("the photo is out of the follower's feed", lambda: ben.feed() == [ids[2], ids[0]])


@pytest.mark.parametrize("path", ["/api/feed", "/api/people/{author}/photos"])
def test_pages_are_in_order_and_complete(posted: tuple[Someone, Someone, list[str]], path: str) -> None:
    """Full pages but for the last, newest first, each photo once; the last says that there is no next."""
    reader, author, ids = posted
    pages = [[p["id"] for p in page["photos"]] for page in reader.pages(path.format(author=author.name))]
    assert [i for page in pages for i in page] == ids
    assert len({len(page) for page in pages[:-1]}) == 1 and len(pages) > 2


def test_the_same_page_is_the_same_again(posted: tuple[Someone, Someone, list[str]]) -> None:
    """A cursor names a place between photos: what is asked twice is answered twice the same."""
    reader, _, _ = posted
    path = reader.get("/api/feed")["next"]
    assert reader.get(path) == reader.get(path)


def test_pages_have_no_gap_and_no_repeat_while_people_post_and_delete(
    posted: tuple[Someone, Someone, list[str]], join: Callable[[], Someone]
) -> None:
    """Each photo that was there before, and stayed, is read once, in order, whatever comes and goes meanwhile."""
    reader, author, ids = posted
    busy = join()
    reader.follow(busy)
    stop, rounds = Event(), list[float]()

    def come_and_go() -> None:
        while not stop.is_set():
            kept, dropped = author.post("new"), busy.post("soon gone")
            busy.unpost(dropped)
            author.unpost(kept)
            rounds.append(time.monotonic())

    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(come_and_go)
        try:
            begun, readings = time.monotonic(), 0
            while readings < 5 or (len(rounds) < 3 and time.monotonic() < begun + 60):
                readings += 1
                for path in ("/api/feed", f"/api/people/{author.name}/photos"):
                    read = reader.all(path)
                    assert len(read) == len(set(read)), "a photo was repeated"
                    assert [i for i in read if i in ids] == ids, "a photo was missed, or out of order"
        finally:
            stop.set()
        going.result()
    assert len(rounds) > 2, "nothing happened meanwhile"


def _counts(one: Someone, photo: str) -> tuple[int, int]:
    seen = one.photo(photo)
    return seen["likes"], seen["comments"]
