"""Signing up, logging in and out, and the profile."""

from collections.abc import Callable

import pytest

from tests.behaviour.client import PASSWORD, Client, Someone
from tests.behaviour.waiting import eventually


def test_a_new_person_is_there_and_has_nothing(ann: Someone) -> None:
    """Who has just signed up has a profile with no photos, followers or followees, and an empty feed."""
    me = ann.get("/api/me")
    assert me["name"] == ann.name and me["id"] == ann.id
    assert (me["photos"], me["followers"], me["following"], me["bio"], me["full_name"]) == (0, 0, 0, "", "")
    assert ann.get("/api/feed") == {"photos": [], "next": None}


def test_the_address_and_the_password_are_shown_to_nobody(ann: Someone, ben: Someone) -> None:
    """No profile, not even one's own, shows an e-mail address, a password or its hash."""
    for shown in (ann.ask("GET", "/api/me").text, ben.ask("GET", f"/api/people/{ann.name}").text):
        assert ann.email not in shown and "argon2" not in shown and "password" not in shown


@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_one_logs_in_by_name_or_address(ann: Someone, stranger: Client, written: Callable[[str], str]) -> None:
    """Name and e-mail address both do, in either case."""
    for handle in (ann.name, ann.email):
        session = stranger.expect(201, "POST", "/api/sessions", json={"name": written(handle), "password": PASSWORD})
        assert session["person"]["name"] == ann.name


def test_a_wrong_password_and_an_unknown_name_look_the_same(ann: Someone, stranger: Client) -> None:
    """Logging in with either is refused in the same words, so that nobody learns who has an account."""
    wrong = stranger.expect(422, "POST", "/api/sessions", json={"name": ann.name, "password": "not the password"})
    nobody = stranger.expect(422, "POST", "/api/sessions", json={"name": "nobody_at_all", "password": PASSWORD})
    assert wrong == nobody and wrong["field"] == "password"


def test_names_and_addresses_are_unique(ann: Someone, stranger: Client) -> None:
    """Nobody can sign up with a name or an address that somebody has, in either case, and is told which it was."""
    fresh = {"name": ann.name + "_2", "email": "2" + ann.email, "password": PASSWORD}
    for field, taken in (("name", ann.name.upper()), ("email", ann.email.upper())):
        refused = stranger.expect(422, "POST", "/api/people", json={**fresh, field: taken})
        assert refused["field"] == field
    stranger.expect(201, "POST", "/api/people", json=fresh)


def test_what_cannot_be_accepted_is_named(stranger: Client) -> None:
    """A bad name, address or password is refused with the field and a sentence, and makes no account."""
    good = {"name": "rosa_l", "email": "rosa@example.org", "password": PASSWORD}
    for field, bad in (("name", "r"), ("name", ".rosa"), ("name", "ro sa"), ("email", "rosa"), ("password", "short")):
        refused = stranger.expect(422, "POST", "/api/people", json={**good, field: bad})
        assert refused["field"] == field and len(refused["detail"]) > 20
    stranger.expect(422, "POST", "/api/sessions", json={"name": "rosa_l", "password": PASSWORD})


def test_logging_out_ends_that_session_alone(ann: Someone) -> None:
    """The token that logged out is worth nothing at once; another session of the same person goes on."""
    other = Client(ann.url, ann.token)
    ann.log_in()
    assert other.token != ann.token
    other.expect(204, "DELETE", "/api/sessions")
    other.expect(401, "GET", "/api/me")
    other.expect(401, "DELETE", "/api/sessions")
    ann.get("/api/me")


def test_a_profile_is_changed_and_seen_by_others(ann: Someone, ben: Someone) -> None:
    """Name and bio can be changed, together or one at a time; who did it sees it at once."""
    ann.expect(204, "PATCH", "/api/me", json={"full_name": "Ann Ånström", "bio": "Sea.\nSun. 🌊 שלום"})
    ann.expect(204, "PATCH", "/api/me", json={"full_name": "Ann"})
    me = ann.get("/api/me")
    assert (me["full_name"], me["bio"]) == ("Ann", "Sea.\nSun. 🌊 שלום")
    eventually("others see the profile", lambda: ben.sees(f"/api/people/{ann.name}"))
    shown = {field: me[field] for field in ("full_name", "bio")}
    eventually("others see it as it is now", lambda: shown.items() <= ben.person(ann).items())
    assert ann.expect(422, "PATCH", "/api/me", json={"bio": "x" * 151})["field"] == "bio"


def test_a_name_that_nobody_has_is_not_found(ann: Someone) -> None:
    """Neither the profile nor the photos of nobody exist, and nobody can be followed."""
    for method, path in (("GET", ""), ("GET", "/photos"), ("PUT", "/follow"), ("DELETE", "/follow")):
        ann.expect(404, method, f"/api/people/nobody_at_all{path}")


PRIVATE = [
    ("GET", "/api/me"),
    ("PATCH", "/api/me"),
    ("DELETE", "/api/me"),
    ("DELETE", "/api/sessions"),
    ("GET", "/api/feed"),
    ("GET", "/api/newest"),
    ("GET", "/api/people/{name}"),
    ("GET", "/api/people/{name}/photos"),
    ("PUT", "/api/people/{name}/follow"),
    ("DELETE", "/api/people/{name}/follow"),
    ("POST", "/api/photos"),
    ("GET", "/api/photos/{photo}"),
    ("DELETE", "/api/photos/{photo}"),
    ("PUT", "/api/photos/{photo}/like"),
    ("DELETE", "/api/photos/{photo}/like"),
    ("GET", "/api/photos/{photo}/comments"),
    ("POST", "/api/photos/{photo}/comments"),
    ("DELETE", "/api/comments/{comment}"),
]


def test_a_stranger_can_only_sign_up_and_log_in(ann: Someone, stranger: Client) -> None:
    """Everything else is 401 without a token or with one that is made up, and nothing happens."""
    photo = ann.post("mine")
    things = {"name": ann.name, "photo": photo, "comment": ann.comment(photo)}
    for token in ("", "1." + "A" * 43, "nonsense"):
        stranger.token = token
        for method, path in PRIVATE:
            answer = stranger.ask(method, path.format(**things))
            assert answer.status_code == 401, (token, method, path)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert ann.photo(photo)["comments"] == 1
