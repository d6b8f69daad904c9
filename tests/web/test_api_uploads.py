"""What attackers and accidents bring as photos and forms: refused, kept nowhere, and never a 5xx."""

import io
import json
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from minigram.lab.running import Running
from tests.behaviour.client import SEA, Client, Someone, picture
from tests.web.refusals import refused


@pytest.fixture(scope="module")
def ann(live: Running) -> Someone:
    return Someone(live.url)


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


def test_who_may_not_send_anything_is_told_so(live: Running) -> None:
    """However much there is still to send: the answer is not lost because nobody wanted to read the photo."""
    for _ in range(10):
        refused(Client(live.url), 401, "POST", "/api/photos", files={"photo": ("p.jpg", bytes(9 << 20))})


def test_a_body_without_an_end_is_cut_off(live: Running, ann: Someone) -> None:
    """A body sent in chunks, of no declared length, is refused, and the client gets to read that."""

    def endless() -> Any:
        for _ in range(12):
            yield bytes(1 << 20)

    headers = {"Content-Type": "application/json"}
    for _ in range(10):
        refused(ann, 413, "POST", "/api/sessions", data=endless(), headers=headers)


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
