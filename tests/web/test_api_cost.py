"""What the API costs PostgreSQL, how it answers without it, and how a later chapter adds to it."""

from msgspec import Struct

from minigram.addresses import Addresses
from minigram.lab.counters import counting
from minigram.lab.running import running
from minigram.social.errors import Forbidden
from minigram.social.people import Person
from minigram.stages import stage
from minigram.stages.ch01_one_server import OneServer
from minigram.system import part
from minigram.web.api import problems
from minigram.web.api.operations import Api
from minigram.web.app import create_app
from minigram.web.page import Page
from tests.behaviour.client import Client, Someone


def test_a_feed_is_three_statements_and_503_without_postgresql() -> None:
    """Three statements a feed, whomever one follows, no BEGIN; 503 without PostgreSQL, and all well after."""
    with running(stage(1)) as live:
        ann, others = Someone(live.url), [Someone(live.url) for _ in range(4)]
        photos = [other.post() for other in others]

        def cost(path: str) -> tuple[int, int]:
            ann.get(path)
            with counting(live.servers) as counted:
                ann.get(path)
            assert not counted.doubts
            return counted["main"]["statements"], counted["main"]["control"]

        assert cost("/api/feed") == (3, 0)
        ann.follow(*others)
        assert cost("/api/feed") == (3, 0)
        assert cost("/api/newest") == (2, 0)
        assert cost(f"/api/photos/{photos[0]}") == (2, 0)
        live.servers["main"].kill()
        for path in ("/api/feed", "/api/me"):
            answer = ann.ask("GET", path)
            assert answer.status_code == 503 and answer.headers["Content-Type"] == "application/problem+json"
            assert int(answer.headers["Retry-After"]) > 0
        assert Client(live.url).ask("GET", "/api/openapi.json").status_code == 200, "this needs no database"
        live.servers["main"].start()
        assert len(ann.feed()) == 4


class Trend(Struct):
    """What a later chapter shows."""

    place: str
    seen: int


def trending(me: Person, place: str, least: int = 0) -> Trend:
    """What everybody looks at.

    In one place.
    """
    if place == "secret":
        raise Forbidden("Not here.")
    return Trend(place, least)


class Trending(OneServer):
    @part
    def pages(self) -> tuple[Page, ...]:
        api = Api("trending_api")
        api.operation("GET", "/trending/<place>", trending, Forbidden)
        return (*super().pages, Page(api, api=True, errors=problems.answer))


def test_a_later_chapters_operations_are_in_the_document() -> None:
    """Declared once, by its signature, an operation is served, described, and shown on the page."""
    nowhere = Addresses("", {"main": "postgresql://nobody@127.0.0.1:1/"}, {}, "", "x")
    browser = create_app(Trending(nowhere)).test_client()
    document = browser.get("/api/openapi.json").json
    assert document
    found = document["paths"]["/api/trending/{place}"]["get"]
    assert (found["summary"], found["security"]) == ("What everybody looks at.", [{"token": []}])
    assert [(p["name"], p["in"], p["required"]) for p in found["parameters"]] == [
        ("place", "path", True),
        ("least", "query", False),
    ]
    assert set(found["responses"]) == {"200", "401", "403", "404", "422", "503"}
    assert document["components"]["schemas"]["Trend"]["required"] == ["place", "seen"]
    assert "/api/feed" in document["paths"], "chapter 1's are still there"
    assert "GET /api/trending/{place}" in browser.get("/api/").text
    assert browser.get("/api/trending/here").status_code == 401
