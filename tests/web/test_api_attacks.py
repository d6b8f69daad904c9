"""What attackers try with ids, names, tokens and HTTP itself: a clear refusal, never a 5xx or a traceback."""

import socket
from urllib.parse import quote

import psycopg
import pytest
import redis

from minigram.lab.running import Running
from tests.behaviour.client import Client, Someone
from tests.web.refusals import refused, the_app


@pytest.fixture(scope="module")
def ann(live: Running) -> Someone:
    return Someone(the_app(live))


@pytest.fixture(scope="module")
def ben(live: Running) -> Someone:
    return Someone(the_app(live))


CURSORS = [
    "0",
    "-1",
    "1.5",
    "1e400",
    "9223372036854775808",
    "9" * 4_000,
    "abc",
    "",
    "%00",
    "٣",
    "1;DROP TABLE photos",
    "0x10",
    "null",
]


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_bad_cursor_is_refused(ann: Someone, cursor: str) -> None:
    """Negative, broken, huge, or no number: told, and not taken for the first page."""
    photo = ann.post()
    for path in ("/api/feed?before=", "/api/newest?before=", f"/api/people/{ann.name}/photos?before="):
        assert refused(ann, 422, "GET", path + cursor)["field"] == "before"
    assert refused(ann, 422, "GET", f"/api/photos/{photo}/comments?after={cursor}")["field"] == "after"


def test_a_cursor_may_be_any_id(ann: Someone) -> None:
    """Also that of no photo, the smallest and the greatest."""
    ann.post()
    assert ann.get("/api/feed?before=1")["photos"] == []
    assert ann.get(f"/api/feed?before={2**63 - 1}")["photos"]


IDS = [
    "0",
    "-1",
    "1.0",
    "abc",
    "9223372036854775808",
    "9" * 4_000,
    "%00",
    "1%20",
    "1;--",
    "..%2f..",
    "٣",
    "1%0a",
    "NaN",
]


@pytest.mark.parametrize("id", IDS)
def test_what_is_no_id_is_not_found(ann: Someone, id: str) -> None:
    """A path with anything but 1 to 2^63 - 1 does not exist."""
    for method, path in (
        ("GET", "/api/photos/{}"), ("DELETE", "/api/photos/{}"), ("PUT", "/api/photos/{}/like"),
        ("GET", "/api/photos/{}/comments"), ("DELETE", "/api/comments/{}"),
    ):  # fmt: skip
        refused(ann, 404, method, path.format(id))
    refused(ann, 404, "GET", f"/api/photos/{2**63 - 1}")


@pytest.mark.parametrize("name", ["%00", "a%00b", "a b", "ann%0a", "ａｎｎ", "%ff%fe", "'--", "x" * 3_000, "%E2%80%AE"])
def test_what_is_no_name_is_not_found(ann: Someone, name: str) -> None:
    """A path with a name that nobody can have does not exist."""
    for method, path in (("GET", ""), ("GET", "/photos"), ("PUT", "/follow")):
        refused(ann, 404, method, f"/api/people/{quote(name, safe='%')}{path}")


def test_tokens_cannot_be_made_or_bent(ann: Someone, ben: Someone, live: Running) -> None:
    """A forged, cut, foreign or badly encoded token is nobody's, and so is one person's id with another's secret."""
    secret = ann.token.partition(".")[2]
    bent = [
        "", ann.token[:-1], ann.token + "A", ann.token.upper(), f"{ben.id}.{secret}", f"0{ann.token}", f"-{ann.token}",
        f"{2**63}.{secret}", f"{'9' * 400}.{secret}", f"{ann.id}.{'A' * 43}", f"{ann.id}.{secret} x", "null",
        f"{ann.id}.{secret[:-1]}é", "'; DROP TABLE sessions; --", "x" * 6_000,
    ]  # fmt: skip
    for token in bent:
        refused(Client(the_app(live)), 401, "GET", "/api/me", headers={"Authorization": f"Bearer {token}".encode()})
    for header in (f"Basic {ann.token}", ann.token, f"Bearer{ann.token}", "Bearer", "Bearer ", f"Digest {ann.token}"):
        refused(Client(the_app(live)), 401, "GET", "/api/me", headers={"Authorization": header})
    assert ann.get("/api/me")["name"] == ann.name, "the real one is still good"


def test_an_expired_session_is_over(ann: Someone, live: Running) -> None:
    """Thirty days after logging in, the token is worth nothing."""
    one = Someone(the_app(live))
    one.get("/api/me")
    changed = 0
    for server in live.servers.values():
        if server.kind == "redis":
            with redis.Redis.from_url(server.url) as client:
                own = [key for key in client.keys("session:*") if client.get(key) == str(one.id).encode()]
                changed += sum(bool(client.expire(key, 0)) for key in own)
        elif server.kind == "postgres" and "sessions" not in live.servers:
            with psycopg.connect(server.admin_url, autocommit=True) as connection:
                expire = "UPDATE sessions SET expires_at = now() WHERE person_id = %s"
                changed += connection.execute(expire, [one.id]).rowcount
    assert changed == 1
    refused(one, 401, "GET", "/api/me")


def test_cookies_mean_nothing_here(ann: Someone, live: Running) -> None:
    """A browser that is logged in to the pages is nobody to the API, so no foreign page can use it."""
    for cookie in (f"minigram={ann.token}", f"token={ann.token}", f"session={ann.token}"):
        refused(Client(the_app(live)), 401, "GET", "/api/me", headers={"Cookie": cookie})


def test_what_belongs_to_somebody_else_stays(ann: Someone, ben: Someone) -> None:
    """Another person's photo and comment cannot be deleted by guessing their ids."""
    photo = ann.post()
    comment = ann.comment(photo)
    refused(ben, 403, "DELETE", f"/api/photos/{photo}")
    refused(ben, 403, "DELETE", f"/api/comments/{comment}")
    assert ann.photo(photo)["comments"] == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "DELETE", "TRACE", "PROPFIND"])
def test_a_wrong_method_is_405_and_says_which_are_right(ann: Someone, method: str) -> None:
    """With an Allow header; an address that does not exist is 404 whatever the method."""
    answer = ann.ask(method, "/api/feed")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    refused(ann, 404, method, "/api/nothing/here")


NO_HTTP = [
    b"GET /api/feed HTTP/9.9",
    b"GET /api/\xff\xfe HTTP/1.1",
    b"G\0T /api/feed HTTP/1.1",
    b"GET",
    b"GET /api/feed?" + b"a" * 9_000 + b" HTTP/1.1",
]


@pytest.mark.parametrize("request_line", NO_HTTP)
def test_what_is_hardly_http_does_not_hurt(live: Running, ann: Someone, request_line: bytes) -> None:
    """It is refused or the line is cut, and the next request is answered as ever."""
    host, port = the_app(live).removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(request_line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        status = line.makefile("rb").readline()
    assert not status or status.split()[1].startswith(b"4"), status
    assert ann.get("/api/me")
