"""Posting a photo, and what becomes of the file."""

import io
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PIL import Image

from tests.behaviour.client import Client, Someone, picture
from tests.behaviour.waiting import eventually


def shown(someone: Client, path: str) -> Image.Image:
    """The image at a path, as anybody's browser would get it."""
    answer = someone.ask("GET", path)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jpeg"
    image = Image.open(io.BytesIO(answer.content))
    image.load()
    return image


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_every_format_becomes_a_jpeg(ann: Someone, format: str) -> None:
    """JPEG, PNG and WebP are accepted, and shown as a JPEG in two sizes."""
    photo = ann.photo(ann.post(content=picture(format, (1400, 700), "red")))
    large, small = shown(ann, photo["image"]), shown(ann, photo["thumbnail"])
    assert (large.format, large.size, small.format, small.size) == ("JPEG", (1080, 540), "JPEG", (360, 360))
    assert (photo["width"], photo["height"]) == large.size
    red, green, blue = large.convert("RGB").getpixel((500, 200))  # type: ignore[misc]
    assert red > 240 and green < 20 and blue < 20


def test_what_the_camera_noted_is_gone_and_the_photo_is_upright(ann: Someone) -> None:
    """Position, camera and comment are not passed on, and a photo taken sideways is turned."""
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: up is on the right
    exif[0x010F] = "Secret Camera Maker"
    exif.get_ifd(0x8825)[1] = "N"
    sideways = Image.new("RGB", (80, 40), "blue")
    sideways.paste("yellow", (0, 0, 40, 40))
    file = io.BytesIO()
    sideways.save(file, "JPEG", exif=exif, comment=b"a secret")
    photo = ann.photo(ann.post(content=file.getvalue()))
    for path, size in ((photo["image"], (40, 80)), (photo["thumbnail"], (360, 360))):
        image = shown(ann, path)
        assert image.size == size and not image.getexif() and "comment" not in image.info
        assert b"ecret" not in ann.ask("GET", path).content
    top: Any = shown(ann, photo["image"]).getpixel((20, 10))
    assert top[0] > 200 and top[2] < 60, "yellow, which was on the left, is not on top"


def test_a_transparent_photo_lies_on_white(ann: Someone) -> None:
    """JPEG knows no transparency: what was transparent is white, and not black."""
    file = io.BytesIO()
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(file, "PNG")
    image = shown(ann, ann.photo(ann.post(content=file.getvalue()))["image"])
    middle: Any = image.getpixel((15, 15))
    assert min(middle) > 250


CAPTIONS = [
    "",
    "The sea #blue @ann",
    "two\nlines",
    "مرحبا بالعالم",
    "👩‍👩‍👧 𝒮 é e\u0301",
    "<b>&amp;</b> '; DROP TABLE photos; --",
]


@pytest.mark.parametrize("caption", CAPTIONS)
def test_a_caption_comes_back_as_it_was_written(ann: Someone, caption: str) -> None:
    """Whatever the script, and whatever it may mean to HTML or SQL."""
    assert ann.photo(ann.post(caption))["caption"] == caption


def test_a_post_is_seen_by_its_author_at_once(ann: Someone) -> None:
    """The answer to the post comes after it is kept: feed, profile, newest and count have it on the next request."""
    for expected in (1, 2, 3):
        photo = ann.post()
        assert ann.feed()[0] == photo
        assert ann.all(f"/api/people/{ann.name}/photos")[0] == photo
        assert photo in [found["id"] for found in ann.get("/api/newest")["photos"]]
        assert ann.get("/api/me")["photos"] == expected


def test_a_deleted_photo_is_gone_with_all_that_hung_on_it(ann: Someone, ben: Someone) -> None:
    """The author deletes it: page, image files, likes and comments are gone, and it cannot be liked any more."""
    photo = ann.post("soon gone")
    images = [ann.photo(photo)[size] for size in ("image", "thumbnail")]
    ben.like(photo)
    comment = ben.comment(photo)
    ann.unpost(photo)
    for path in (f"/api/photos/{photo}", f"/api/photos/{photo}/comments", *images):
        assert not ann.sees(path)
        eventually("it is gone for others", partial(_gone, ben, path))
    ben.expect(404, "PUT", f"/api/photos/{photo}/like")
    ben.expect(404, "POST", f"/api/photos/{photo}/comments", json={"text": "where is it?"})
    ben.expect(404, "DELETE", f"/api/comments/{comment}")
    ann.expect(404, "DELETE", f"/api/photos/{photo}")
    assert photo not in ann.feed() and ann.get("/api/me")["photos"] == 0


def test_only_the_author_deletes_a_photo(ann: Someone, ben: Someone) -> None:
    """Anybody else is refused, and the photo stays."""
    photo = ann.post()
    ben.expect(403, "DELETE", f"/api/photos/{photo}")
    eventually("others see it", lambda: ben.sees(f"/api/photos/{photo}"))
    assert shown(ben, ben.photo(photo)["image"])


def test_a_refused_photo_leaves_nothing(ann: Someone) -> None:
    """Neither a bad image with a good caption nor a good image with a bad caption makes a post."""
    for files, caption, field in ((b"no image", "fine", "photo"), (picture(), "#a " * 31, "caption")):
        sent = {"files": {"photo": ("p.jpg", files)}, "data": {"caption": caption}}
        assert ann.expect(422, "POST", "/api/photos", **sent)["field"] == field
    assert ann.get("/api/me")["photos"] == 0 and ann.feed() == []


def test_the_same_answer_from_every_process(ann: Someone, join: Callable[[], Someone]) -> None:
    """Whichever process a request meets: a session, a photo and a like are known to all of them."""
    ben = join()
    photo = ann.post("seen by all")
    ben.like(photo)
    answers = [ben.photo(photo) for _ in range(30)]
    assert answers == [answers[0]] * 30 and answers[0]["liked"] and answers[0]["likes"] == 1


def _gone(someone: Client, path: str) -> bool:
    return not someone.sees(path)
