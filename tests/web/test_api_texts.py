"""What attackers and accidents write, as text and as JSON: kept as it is or refused, and never a 5xx."""

import json
import secrets
from typing import Any

import pytest

from minigram.lab.running import Running
from tests.behaviour.client import PASSWORD, SEA, Someone
from tests.web.refusals import refused


@pytest.fixture(scope="module")
def ann(live: Running) -> Someone:
    return Someone(live.url)


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
