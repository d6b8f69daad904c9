"""What attackers and accidents bring to the API: a clear refusal each time, never a 5xx, never a traceback."""

import io
import json
import secrets
import socket
import struct
import zlib
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from minigram.lab.running import Running
from tests.behaviour.client import PASSWORD, SEA, Client, Someone, picture


@pytest.fixture(scope="module")
def ann(live: Running) -> Someone:
    return Someone(live.url)


@pytest.fixture(scope="module")
def ben(live: Running) -> Someone:
    return Someone(live.url)


def refused(client: Client, status: int, method: str, path: str, **body: Any) -> dict[str, Any]:
    """The problem that the answer must be."""
    answer = client.ask(method, path, **body)
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:300]}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status and problem["title"] and problem["detail"]
    assert "Traceback" not in answer.text and "psycopg" not in answer.text and 'File "' not in answer.text
    return problem


def png_that_claims(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG file with this size in its header."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """A PNG of 49 million pixels in 150 kB: 147 MB once it is unpacked."""
    return png_that_claims(7_000, 7_000, bytes(7_000 * (1 + 3 * 7_000)))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

NO_PHOTOS = {
    "text": b"I am a photo, believe me.",
    "nothing": b"",
    "a JPEG that breaks off": picture(size=(900, 900))[:-400],
    "the first bytes of a JPEG": SEA[:20],
    "a PNG that breaks off": picture("PNG", size=(900, 900))[:-60],
    "an SVG": SVG,
    "a GIF": picture("GIF"),
    "a TIFF": picture("TIFF"),
    "a header of 50,000 x 50,000": png_that_claims(50_000, 50_000),
    "a header of 2^31-1 x 2^31-1": png_that_claims(2**31 - 1, 2**31 - 1),
    "a decompression bomb": bomb(),
    "an EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "a PNG whose text unpacks to 64 MB": SEA[:2] + zlib.compress(bytes(1 << 26)),
}


@pytest.mark.parametrize("content", NO_PHOTOS.values(), ids=NO_PHOTOS.keys())
def test_what_is_no_photo_is_refused(ann: Someone, content: bytes) -> None:
    """Whatever its name says it is, it is told that it cannot be used, and nothing is kept."""
    before = ann.get("/api/me")["photos"]
    files = {"photo": ("holiday.jpg", content, "image/jpeg")}
    assert refused(ann, 422, "POST", "/api/photos", files=files)["field"] == "photo"
    assert ann.get("/api/me")["photos"] == before


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\0b.jpg", "x" * 5_000, "", "шляпа.jpg", "'; --"])
def test_the_name_of_a_file_means_nothing(ann: Someone, name: str) -> None:
    """It is neither used nor kept, so it can be anything; without one there is no file."""
    answer = ann.ask("POST", "/api/photos", files={"photo": (name, SEA)})
    assert answer.status_code in ((201,) if name else (201, 422))
    assert "passwd" not in answer.text


def test_a_photo_of_exactly_40_megapixels_fits_and_more_does_not(ann: Someone) -> None:
    """The bound is where it is said to be."""
    for size, status in (((8_000, 5_000), 201), ((8_000, 5_001), 422)):
        file = io.BytesIO()
        Image.new("1", size).save(file, "PNG")
        assert ann.ask("POST", "/api/photos", files={"photo": ("p.png", file.getvalue())}).status_code == status


def test_more_than_10_mb_is_413(ann: Someone) -> None:
    """A body over the bound is refused, as a form and as JSON, with a problem that the client gets to read."""
    refused(ann, 413, "POST", "/api/photos", files={"photo": ("p.jpg", bytes(11 << 20))})
    refused(ann, 413, "POST", "/api/photos", data={"caption": "x" * (11 << 20)}, files={"photo": ("p.jpg", SEA)})
    refused(ann, 413, "POST", "/api/sessions", json={"name": "x" * (1 << 20), "password": "x"})
    ann.get("/api/me")


def test_a_body_without_an_end_is_cut_off(live: Running, ann: Someone) -> None:
    """A body sent in chunks, of no declared length, is read to the bound and no further."""

    def endless() -> Any:
        for _ in range(12):
            yield bytes(1 << 20)

    headers = {"Content-Type": "application/json"}
    refused(ann, 413, "POST", "/api/sessions", data=endless(), headers=headers)


TEXTS = {
    "right to left": "שלום \u202eevil\u202c مرحبا",
    "four bytes": "𝒳😀🏳️‍🌈",
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G",
    "SQL": "Robert'); DROP TABLE people;-- %s %(x)s :x ${x} \\",
    "HTML": "<script>alert('x')</script> &lt; \" '",
    "JSON": '{"a": [1, null]}\t\\u0000',
    "template": "{{ 7 * 7 }} {% raw %}",
    "no characters that one sees": "a\u200b\u200d\ufeffb",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_text_comes_back_as_it_was_sent(ann: Someone, text: str) -> None:
    """In a caption, a comment and a profile."""
    photo = ann.post(text)
    ann.comment(photo, text)
    ann.expect(204, "PATCH", "/api/me", json={"bio": text})
    assert ann.photo(photo)["caption"] == text
    assert ann.comments(photo) == [text]
    assert ann.get("/api/me")["bio"] == text


@pytest.mark.parametrize("bad", ["a\0b", "a\x1b[31m", "\x7f", "\x85"])
def test_control_characters_are_refused_by_name(ann: Someone, bad: str) -> None:
    """NUL, which PostgreSQL cannot keep, and its kin, wherever text is taken; the message says which one it was."""
    photo = ann.post()
    sent: list[tuple[str, str, str, dict[str, Any]]] = [
        ("POST", "/api/photos", "caption", {"files": {"photo": ("p", SEA)}, "data": {"caption": bad}}),
        ("POST", f"/api/photos/{photo}/comments", "text", {"json": {"text": bad}}),
        ("PATCH", "/api/me", "bio", {"json": {"bio": bad}}),
        ("PATCH", "/api/me", "full_name", {"json": {"full_name": bad}}),
    ]
    code = next(c for c in bad if not c.isprintable())
    for method, path, field, body in sent:
        problem = refused(ann, 422, method, path, **body)
        assert problem["field"] == field and f"U+{ord(code):04X}" in problem["detail"]


@pytest.mark.parametrize("field", ["name", "email", "password"])
@pytest.mark.parametrize("bad", ["a\0b", "\ud7ff\ue000", "", "x" * 60_000, "an\nn", "ａｎｎ", "ſſ", "K"])
def test_nobody_signs_up_or_logs_in_with_nonsense(ann: Someone, field: str, bad: str) -> None:
    """Names, addresses and passwords that cannot be: refused, and looked up without a crash."""
    name = "n" + secrets.token_hex(6)
    good = {"name": name, "email": f"{name}@example.org", "password": PASSWORD}
    answer = ann.ask("POST", "/api/people", json=good | {field: bad})
    assert answer.status_code == 422 or (field == "password" and len(bad) in range(8, 201))
    handle = {"name": ann.name, "password": PASSWORD} | ({"password": bad} if field == "password" else {"name": bad})
    refused(ann, 422, "POST", "/api/sessions", json=handle)


@pytest.mark.parametrize(
    "raw",
    [
        rb'{"text": "\ud800"}', rb'{"text": "\udc00\ud800"}', b'{"text": "\xff"}', b'{"text": "\xed\xa0\x80"}',
        b"", b"{", b"nul", b'{"text": "a"} {"text": "b"}',
        '{"text": "ü"}'.encode("utf-16"), b'\xef\xbb\xbf{"text": "a"}',
        b"[" * 60_000, b'{"text":' * 8_000, b"\0", b'{"text": "\x00"}', b"{'text': 'a'}", b'{"text": "a",}',
    ],
)  # fmt: skip
def test_what_is_not_json_is_400(ann: Someone, raw: bytes) -> None:
    """Broken, cut off, too deep, in another encoding, or with halves of characters."""
    answer = ann.ask(
        "POST", f"/api/photos/{ann.post()}/comments", data=raw, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in ((400, 422) if raw[:1] == b"[" or raw.count(b"{") > 1 else (400,)), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [[], "text", None, 1, {}, {"text": None}, {"text": 1}, {"text": ["a"]}, {"text": {"a": "b"}},
             {"text": "a", "more": 1}, {"Text": "a"}, {"text": True}, {"text": 10**400}, {"text": -1e308}],
)  # fmt: skip
def test_json_of_another_shape_is_422(ann: Someone, body: object) -> None:
    """Missing, unknown and mistyped fields are told; nothing is converted or guessed."""
    raw = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    refused(ann, 422, "POST", f"/api/photos/{ann.post()}/comments", data=raw, headers=headers)


def test_a_field_that_comes_twice_counts_once(ann: Someone) -> None:
    """The last one is taken, as JSON readers do, in JSON; nothing is joined or doubled."""
    photo = ann.post()
    raw, headers = b'{"text": "first", "text": "last"}', {"Content-Type": "application/json"}
    ann.expect(201, "POST", f"/api/photos/{photo}/comments", data=raw, headers=headers)
    assert ann.comments(photo) == ["last"]


@pytest.mark.parametrize("type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"])
def test_json_has_to_be_called_json(ann: Someone, type: str) -> None:
    """Any other type is 415, so that no form on a foreign page can send it."""
    raw = b'{"name": "a", "password": "b"}'
    refused(ann, 415, "POST", "/api/sessions", data=raw, headers={"Content-Type": type})


@pytest.mark.parametrize(
    ("type", "raw", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"", 422),
        ("multipart/form-data; boundary=", b"--", 422),
        ("multipart/form-data; boundary=x", b"--x\r\nnothing", 422),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=photo\r\n\r\nabc\r\n--x--\r\n",
            422,
        ),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A" * 100_000, 422),
    ],
)
def test_a_broken_form_is_refused(ann: Someone, type: str, raw: bytes, status: int) -> None:
    """No file, no boundary, no end: the field that is missing is named, or the type is wrong."""
    answer = ann.ask("POST", "/api/photos", data=raw, headers={"Content-Type": type})
    assert answer.status_code in {status, 400, 413}, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


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
        refused(Client(live.url), 401, "GET", "/api/me", headers={"Authorization": f"Bearer {token}".encode()})
    for header in (f"Basic {ann.token}", ann.token, f"Bearer{ann.token}", "Bearer", "Bearer ", f"Digest {ann.token}"):
        refused(Client(live.url), 401, "GET", "/api/me", headers={"Authorization": header})
    assert ann.get("/api/me")["name"] == ann.name, "the real one is still good"


def test_an_expired_session_is_over(ann: Someone, live: Running) -> None:
    """Thirty days after logging in, the token is worth nothing."""
    import psycopg

    one = Someone(live.url)
    one.get("/api/me")
    changed = 0
    for server in live.servers.values():
        if server.kind == "postgres":
            with psycopg.connect(server.admin_url, autocommit=True) as connection:
                expire = "UPDATE sessions SET expires_at = now() WHERE person_id = %s"
                changed += connection.execute(expire, [one.id]).rowcount
    if changed:
        refused(one, 401, "GET", "/api/me")


def test_cookies_mean_nothing_here(ann: Someone, live: Running) -> None:
    """A browser that is logged in to the pages is nobody to the API, so no foreign page can use it."""
    for cookie in (f"minigram={ann.token}", f"token={ann.token}", f"session={ann.token}"):
        refused(Client(live.url), 401, "GET", "/api/me", headers={"Cookie": cookie})


def test_what_belongs_to_somebody_else_stays(ann: Someone, ben: Someone) -> None:
    """Another person's photo and comment cannot be deleted by guessing their ids."""
    photo = ann.post()
    comment = ann.comment(photo)
    refused(ben, 403, "DELETE", f"/api/photos/{photo}")
    refused(ben, 403, "DELETE", f"/api/comments/{comment}")
    assert ann.photo(photo)["comments"] == 1


def test_the_bounds_of_a_caption(ann: Someone) -> None:
    """2,200 characters and 30 hashtags fit, also of four bytes each; one more does not."""
    for caption in ("😀" * 2_200, " ".join(f"#tag{n}" for n in range(30)), "x" * 2_200):
        assert ann.photo(ann.post(caption))["caption"] == caption
    for caption in ("😀" * 2_201, " ".join(f"#tag{n}" for n in range(31)), "x" * 2_201):
        files = {"photo": ("p.jpg", SEA)}
        assert refused(ann, 422, "POST", "/api/photos", files=files, data={"caption": caption})["field"] == "caption"
    photo = ann.post()
    ann.comment(photo, "😀" * 2_200)
    raw = json.dumps({"text": "😀" * 2_200}).encode()  # every character as two escapes: 26 kB
    headers = {"Content-Type": "application/json"}
    ann.expect(201, "POST", f"/api/photos/{photo}/comments", data=raw, headers=headers)


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
    host, port = live.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(request_line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        status = line.makefile("rb").readline()
    assert not status or status.split()[1].startswith(b"4"), status
    assert ann.get("/api/me")
