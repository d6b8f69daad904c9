"""Where there are several web servers, it does not matter which of them one comes to."""

import pytest

from minigram.lab.running import Running
from minigram.stages import stages
from minigram.stages.ch02_web_tier import WebTier
from tests.behaviour.client import PASSWORD, SEA, Client, Someone

pytestmark = pytest.mark.parametrize(
    "app",
    [stage for stage in stages() if issubclass(stage, WebTier)],
    ids=lambda stage: stage.stem,
    indirect=True,
    scope="session",
)


def web_servers(app: Running) -> list[str]:
    """The address of each, past nginx."""
    return [process.url for process in app.processes.values() if process.process.health]


def test_there_are_several(app: Running) -> None:
    """Three web servers answer, each at an address of its own."""
    found = web_servers(app)
    assert len(set(found)) == 3
    assert all(Client(url).ask("GET", "/health").status_code == 200 for url in found)


def test_a_session_is_known_everywhere(app: Running, ann: Someone) -> None:
    """Whoever logs in with one web server is logged in with each, and whoever logs out with one is out with each."""
    for at in web_servers(app):
        session = Client(at).expect(201, "POST", "/api/sessions", json={"name": ann.name, "password": PASSWORD})
        devices = [Client(url, session["token"]) for url in web_servers(app)]
        assert [device.get("/api/me")["name"] for device in devices] == [ann.name] * 3
        devices[0].expect(204, "DELETE", "/api/sessions")
        assert [device.ask("GET", "/api/me").status_code for device in devices] == [401] * 3


def test_logging_out_everywhere_ends_all_of_ones_own(ann: Someone, ben: Someone, app: Running) -> None:
    """None of the person's tokens is worth anything from then on, with any web server; others stay logged in."""
    devices = [Client(ann.url, ann.token)]
    for _ in range(3):
        ann.log_in()
        devices.append(Client(ann.url, ann.token))
    devices[1].expect(204, "DELETE", "/api/me/sessions")
    for url in web_servers(app):
        assert [Client(url, device.token).ask("GET", "/api/me").status_code for device in devices] == [401] * 4
        assert Client(url, ben.token).get("/api/me")["name"] == ben.name
    devices[0].expect(401, "DELETE", "/api/me/sessions")
    ann.log_in()
    assert ann.get("/api/me")["name"] == ann.name


def test_whoever_left_is_logged_in_nowhere(app: Running, ann: Someone) -> None:
    """After the account is deleted, no web server knows any of its tokens."""
    tokens = [ann.token]
    ann.log_in()
    tokens.append(ann.token)
    ann.leave()
    for url in web_servers(app):
        assert [Client(url, token).ask("GET", "/api/me").status_code for token in tokens] == [401, 401]


def test_a_photo_is_seen_everywhere(app: Running, ann: Someone) -> None:
    """What is posted with one web server is shown by each at once: the page's data and both images, byte by byte."""
    for at in web_servers(app):
        sent = {"files": {"photo": ("p.jpg", SEA)}, "data": {"caption": "here and there"}}
        photo = Client(at, ann.token).expect(201, "POST", "/api/photos", **sent)["id"]
        seen = [Client(url, ann.token) for url in web_servers(app)]
        shown = [one.get(f"/api/photos/{photo}") for one in seen]
        assert shown[0]["caption"] == "here and there" and shown.count(shown[0]) == 3
        for size in ("image", "thumbnail"):
            answers = [one.ask("GET", shown[0][size]) for one in seen]
            assert [answer.status_code for answer in answers] == [200] * 3
            assert len({answer.content for answer in answers}) == 1


def test_a_session_survives_every_web_server(app: Running, ann: Someone) -> None:
    """All web servers are stopped and started: whoever was logged in still is, and the photos are there."""
    photo = ann.post("still here")
    servers = [process for process in app.processes.values() if process.process.health]
    for server in servers:
        server.stop()
    for server in servers:
        server.start()
    assert ann.get("/api/me")["name"] == ann.name
    assert ann.ask("GET", ann.photo(photo)["image"]).status_code == 200
