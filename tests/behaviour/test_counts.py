"""Counts are exact, however many people do things at the same time."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest

from minigram.lab.running import Running
from tests.behaviour.client import Someone
from tests.behaviour.waiting import eventually

T = TypeVar("T")

PEOPLE, THREADS, DEEDS = 6, 16, 12


@pytest.fixture(scope="module")
def crowd(app: Running) -> list[Someone]:
    return [Someone(app.url) for _ in range(PEOPLE)]


def together(deeds: Sequence[Callable[[], T]]) -> list[T]:
    """Do all of it at the same time, sixteen at a time; the answers in order. A deed that fails, fails the test."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda deed: deed(), deeds))


def test_likes_are_exact_after_a_crowd_changed_its_mind(ann: Someone, crowd: list[Someone]) -> None:
    """Everybody likes and unlikes at random, at the same time; who liked last is counted, and nobody else."""
    photo, draw = ann.post(), random.Random(1)
    plans = [[draw.random() < 0.6 for _ in range(DEEDS)] for _ in crowd]

    def follow_plan(one: Someone, plan: list[bool]) -> None:
        for liked in plan:
            (one.like if liked else one.unlike)(photo)

    together([partial(follow_plan, o, p) for o, p in zip(crowd, plans, strict=True)])
    truth = [plan[-1] for plan in plans]
    assert [one.photo(photo)["liked"] for one in crowd] == truth
    eventually("somebody else sees all likes", lambda: ann.photo(photo)["likes"] == sum(truth))


def test_one_person_in_many_places_likes_once(ann: Someone, ben: Someone) -> None:
    """Sixteen likes of one person at the same time are one like, and sixteen follows one edge."""
    photo = ann.post()
    together([lambda: ben.like(photo)] * THREADS + [lambda: ben.follow(ann)] * THREADS)
    assert (ben.photo(photo)["likes"], ben.get("/api/me")["following"]) == (1, 1)
    eventually("ann sees one like and one follower", lambda: _counted(ann, photo) == (1, 1))
    together([lambda: ben.unlike(photo)] * THREADS + [lambda: ben.unfollow(ann)] * THREADS)
    assert (ben.photo(photo)["likes"], ben.get("/api/me")["following"]) == (0, 0)
    eventually("ann sees none of them", lambda: _counted(ann, photo) == (0, 0))


def test_count_and_state_agree_after_one_person_quarrelled_with_themselves(ann: Someone, ben: Someone) -> None:
    """Likes and unlikes, follows and unfollows of one person at once: whatever came last, both sides say the same."""
    photo = ann.post()
    together(
        [lambda: ben.like(photo), lambda: ben.unlike(photo), lambda: ben.follow(ann), lambda: ben.unfollow(ann)] * 8
    )
    seen, person = ben.photo(photo), ben.person(ann)
    assert seen["likes"] == seen["liked"]
    assert person["followers"] == person["followed"] == ben.get("/api/me")["following"]


def test_comments_are_exact_while_some_are_deleted(ann: Someone, crowd: list[Someone]) -> None:
    """What everybody wrote at the same time is there once, less what they deleted."""
    photo = ann.post()

    def talk(one: Someone) -> list[str]:
        ids = {one.comment(photo, f"{one.name} {n}"): f"{one.name} {n}" for n in range(DEEDS)}
        for gone in list(ids)[::3]:
            one.uncomment(gone)
            del ids[gone]
        return list(ids.values())

    truth = [text for said in together([partial(talk, o) for o in crowd]) for text in said]
    eventually("somebody else reads all that is left", lambda: sorted(ann.comments(photo)) == sorted(truth))
    assert ann.photo(photo)["comments"] == len(truth)


def test_follows_are_exact_in_a_crowd(crowd: list[Someone]) -> None:
    """Everybody follows and unfollows everybody at random, at once; both ends of every edge agree with the last."""
    edges = {(a, b): None for a in range(PEOPLE) for b in range(PEOPLE) if a != b}
    draw = random.Random(2)
    plans = {edge: [draw.random() < 0.6 for _ in range(4)] for edge in edges}

    def follow_plan(edge: tuple[int, int]) -> None:
        follower, followee = crowd[edge[0]], crowd[edge[1]]
        for follows in plans[edge]:
            (follower.follow if follows else follower.unfollow)(followee)

    together([partial(follow_plan, e) for e in edges])
    for n, one in enumerate(crowd):
        assert one.get("/api/me")["following"] == sum(plan[-1] for edge, plan in plans.items() if edge[0] == n)
        edges_here = sum(plan[-1] for edge, plan in plans.items() if edge[1] == n)
        eventually("all followers are counted", partial(_followed_by, one, edges_here))


def test_photos_posted_together_are_all_there(ann: Someone) -> None:
    """Sixteen posts of one person at once: sixteen photos, each with its own caption and image."""
    ids = together([partial(ann.post, str(n)) for n in range(16)])
    page = ann.get("/api/feed")["photos"]
    assert {photo["id"]: photo["caption"] for photo in page} == {i: str(n) for n, i in enumerate(ids)}
    assert len({photo["image"] for photo in page}) == 16 and ann.get("/api/me")["photos"] == 16


def test_a_name_is_given_once(ann: Someone) -> None:
    """Of many who sign up with the same name, or the same address, at the same time, one gets it, and can log in."""
    for same, field in (({"name": f"{ann.name}_x"}, "name"), ({"email": f"x{ann.email}"}, "email")):
        people = [
            {"name": f"{ann.name}_{field}{n}", "email": f"{field}{n}{ann.email}", "password": "long enough"} | same
            for n in range(8)
        ]
        answers = together([partial(ann.ask, "POST", "/api/people", json=p) for p in people])
        statuses = [answer.status_code for answer in answers]
        assert sorted(statuses) == [201] + [422] * 7, statuses
        winner = people[statuses.index(201)]
        ann.expect(201, "POST", "/api/sessions", json={"name": winner["name"], "password": "long enough"})
        losers = [p["name"] for p in people if p["name"] != winner["name"]]
        assert all(ann.ask("GET", f"/api/people/{name}").status_code == 404 for name in losers)


def _counted(one: Someone, photo: str) -> tuple[int, int]:
    """The likes of a photo, and the person's own followers."""
    return one.photo(photo)["likes"], one.get("/api/me")["followers"]


def _followed_by(one: Someone, count: int) -> bool:
    return bool(one.get("/api/me")["followers"] == count)
