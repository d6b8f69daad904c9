"""What people do on minigram on an ordinary day, through its JSON API."""

import json
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from minigram.lab.load.mix import Known, Mix, Request

T = TypeVar("T")

# Nobody has published the mix of 2010. Like other social benchmarks, this looks three times for every act.
EVERYDAY = Mix(
    __name__,
    {
        "home_feed": 40,
        "profile": 10,
        "profile_photos": 10,
        "photo": 15,
        "like": 12,
        "unlike": 3,
        "comment": 5,
        "follow": 3,
        "post": 2,
    },
)


def home_feed(known: Known, rng: random.Random) -> Request:
    return _by_somebody(known, rng, "GET", "/api/feed")


def profile(known: Known, rng: random.Random) -> Request:
    return _by_somebody(known, rng, "GET", f"/api/people/{quote(_popular(known.names, rng))}")


def profile_photos(known: Known, rng: random.Random) -> Request:
    return _by_somebody(known, rng, "GET", f"/api/people/{quote(_popular(known.names, rng))}/photos")


def photo(known: Known, rng: random.Random) -> Request:
    return _by_somebody(known, rng, "GET", f"/api/photos/{_popular(known.photos, rng)}")


def like(known: Known, rng: random.Random) -> Request:
    return _by_somebody(known, rng, "PUT", f"/api/photos/{_popular(known.photos, rng)}/like")


def unlike(known: Known, rng: random.Random) -> Request:
    return _by_somebody(known, rng, "DELETE", f"/api/photos/{_popular(known.photos, rng)}/like")


def comment(known: Known, rng: random.Random) -> Request:
    body = json.dumps({"text": f"Lovely! {rng.getrandbits(64):016x}"}).encode()
    path = f"/api/photos/{_popular(known.photos, rng)}/comments"
    return _by_somebody(known, rng, "POST", path, body, "application/json")


def follow(known: Known, rng: random.Random) -> Request:
    person = rng.choice(list(known.tokens))
    others = [name for name in (_popular(known.names, rng) for _ in range(20)) if name != person]
    if not others:
        raise ValueError(f"there is nobody but {person} to follow")
    return _by(known, person, "PUT", f"/api/people/{quote(others[0])}/follow")


def post(known: Known, rng: random.Random) -> Request:
    edge = f"{rng.getrandbits(64):016x}"
    body, kind = form(f"Out and about #minigram {edge}", _jpeg(rng.choice(known.jpegs)), edge)
    return _by_somebody(known, rng, "POST", "/api/photos", body, kind)


def form(caption: str, jpeg: bytes, edge: str) -> tuple[bytes, str]:
    """The multipart form that posts a photo, and its content type; `edge` is in neither of its parts."""
    parts = (
        f'--{edge}\r\nContent-Disposition: form-data; name="caption"\r\n\r\n{caption}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="photo"; filename="photo.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return parts.encode() + jpeg + f"\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


def _popular(choices: Sequence[T], rng: random.Random) -> T:
    """One of these, the first more often than the last: half of the time one of the first quarter."""
    return choices[int(len(choices) * rng.random() ** 2)]


def _by_somebody(
    known: Known, rng: random.Random, method: str, path: str, body: bytes = b"", kind: str = ""
) -> Request:
    return _by(known, rng.choice(list(known.tokens)), method, path, body, kind)


def _by(known: Known, person: str, method: str, path: str, body: bytes = b"", kind: str = "") -> Request:
    headers = {"Authorization": f"Bearer {known.tokens[person]}"}
    return Request(method, path, body, headers | {"Content-Type": kind} if kind else headers, person)


@cache
def _jpeg(path: str) -> bytes:
    return Path(path).read_bytes()
