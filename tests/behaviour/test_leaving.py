"""Deleting an account deletes all that belonged to it, wherever it lies."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from tests.behaviour.client import PASSWORD, Client, Someone
from tests.behaviour.waiting import eventually


def test_it_takes_the_password(ann: Someone, stranger: Client) -> None:
    """A wrong password deletes nothing, and neither does none."""
    assert ann.expect(422, "DELETE", "/api/me", json={"password": "not the password"})["field"] == "password"
    ann.expect(422, "DELETE", "/api/me", json={})
    ann.get("/api/me")


def test_everything_goes(ann: Someone, ben: Someone, carla: Someone) -> None:
    """Photos, image files, likes, comments and edges at both ends go, here and with others; what others have stays."""
    theirs, mine = ben.post("ben's"), ann.post("ann's")
    images = [ann.photo(mine)[size] for size in ("image", "thumbnail")]
    ann.follow(ben)
    ben.follow(ann, carla)
    for one in (ann, carla):
        one.like(theirs)
        one.comment(theirs, f"by {one.name}")
    ben.like(mine)
    in_theirs = ben.comment(mine, "under ann's")
    eventually("ben's feed has ann's photo", lambda: mine in ben.feed())

    ann.leave()

    for path in (f"/api/people/{ann.name}", f"/api/photos/{mine}", f"/api/photos/{mine}/comments"):
        eventually("it is gone for others", partial(_gone, carla, path))
    ben.expect(404, "DELETE", f"/api/comments/{in_theirs}")
    eventually("the image files are gone", lambda: [ben.ask("GET", i).status_code for i in images] == [404, 404])
    eventually("ben's feed has none of ann's photos", lambda: ben.feed() == [theirs])
    eventually("the like and the comment of ann are not counted", lambda: ben.photo(theirs)["likes"] == 1)
    eventually("nor is the comment", lambda: ben.photo(theirs)["comments"] == 1)
    assert carla.photo(theirs)["liked"]
    eventually("carla reads her own comment alone", lambda: carla.comments(theirs) == [f"by {carla.name}"])
    eventually("the edges are gone at ben's end", lambda: _edges(ben) == (0, 1))
    eventually("carla has ben as a follower", lambda: _edges(carla) == (1, 0))
    newest = "/api/newest"
    eventually("nobody finds it among the newest", lambda: mine not in [p["id"] for p in carla.get(newest)["photos"]])


def test_sessions_die_with_the_account(ann: Someone, stranger: Client) -> None:
    """No token of theirs is good for anything any more, and nobody logs in."""
    tokens = [ann.token]
    ann.log_in()
    tokens.append(ann.token)
    ann.leave()
    for token in tokens:
        stranger.token = token
        stranger.expect(401, "GET", "/api/me")
        stranger.expect(401, "POST", "/api/photos")
    stranger.token = ""
    for handle in (ann.name, ann.email):
        stranger.expect(422, "POST", "/api/sessions", json={"name": handle, "password": PASSWORD})


def test_the_name_is_free_again_and_nothing_is_inherited(ann: Someone, ben: Someone) -> None:
    """Who signs up under it, with the same address, starts with nothing, and is nobody's followee."""
    ann.post()
    ann.expect(204, "PATCH", "/api/me", json={"bio": "the first of that name"})
    ben.follow(ann)
    ann.leave()
    second = Someone(ann.url, ann.name)
    me = second.get("/api/me")
    assert (me["photos"], me["followers"], me["following"], me["bio"]) == (0, 0, 0, "")
    assert second.id != ann.id and second.feed() == []
    eventually("others see the second", lambda: ben.sees(f"/api/people/{second.name}"))
    assert not ben.person(second)["followed"]
    second.post("by the second")
    assert ben.feed() == []


def test_what_was_being_done_meanwhile_leaves_nothing_behind(ann: Someone, ben: Someone) -> None:
    """Somebody deletes the account on one device and goes on liking, commenting and following on others."""
    theirs = ben.post()

    def go_on() -> None:
        with suppress(AssertionError):  # from the moment that the account is gone, all of it is refused
            while True:
                ann.like(theirs)
                ann.comment(theirs, "still here")
                ann.follow(ben)
                ann.unlike(theirs)

    with ThreadPoolExecutor(8) as pool:
        going = [pool.submit(go_on) for _ in range(8)]
        eventually("they have begun", lambda: ben.photo(theirs)["comments"])
        eventually("the account can be deleted", lambda: _left(ann))
        for one in going:
            one.result()
    eventually("no like is left", lambda: ben.photo(theirs)["likes"] == 0)
    eventually("no comment is left", lambda: ben.photo(theirs)["comments"] == 0)
    eventually("no edge is left", lambda: _edges(ben) == (0, 0))
    assert ben.comments(theirs) == []


def test_two_who_liked_each_other_leave_at_the_same_time(ann: Someone, ben: Someone, carla: Someone) -> None:
    """Both get away, though each deletes what hangs on the other's photos."""
    both = (ann, ben)
    photos = [one.post() for one in both for _ in range(4)]
    kept = carla.post()
    for one in both:
        for photo in (*photos, kept):
            one.like(photo)
            one.comment(photo)
    ann.follow(ben)
    ben.follow(ann)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(eventually, "the account is gone", partial(_left, one)) for one in both]:
            done.result()
    for photo in photos:
        eventually("it is gone for others", partial(_gone, carla, f"/api/photos/{photo}"))
    eventually("nothing of theirs is left", lambda: carla.photo(kept)["likes"] == carla.photo(kept)["comments"] == 0)


def _gone(one: Someone, path: str) -> bool:
    return not one.sees(path)


def _edges(one: Someone) -> tuple[int, int]:
    me = one.get("/api/me")
    return me["followers"], me["following"]


def _left(one: Someone) -> bool:
    """Whether the account could be deleted now. A stage may answer 503 when it has to be tried again."""
    status = one.ask("DELETE", "/api/me", json={"password": PASSWORD}).status_code
    assert status in (204, 503)
    return status == 204
