"""What can be posted, and what people read where it cannot."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from minigram.lab.pictures import landscape
from tests.web.pages.visitor import Visitor, words

Join = Callable[[], Visitor]


def picture(format: str, **options: object) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(into, format, **options)
    return into.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 900 million pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


NOT_A_PHOTO = {
    "text named .jpg": b"just some words\n",
    "truncated JPEG": landscape(2)[:5_000],
    "truncated PNG": picture("PNG")[:70],
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "GIF": picture("GIF"),
    "empty": b"",
    "HTML behind a JPEG's first bytes": b"\xff\xd8\xff\xe0<script>alert(1)</script>",
}


@pytest.mark.parametrize("content", NOT_A_PHOTO.values(), ids=list(NOT_A_PHOTO))
def test_what_is_no_photo_is_told_beside_the_field(join: Join, content: bytes) -> None:
    """The page comes back with the reason tied to the field, and the caption as it was typed."""
    answer = join().upload(content, caption="kept <as> typed")
    assert answer.status_code == 422
    assert "not a whole JPEG, PNG or WebP image" in words(answer)
    assert 'aria-describedby="photo-hint photo-problem"' in answer.text and 'href="#photo"' in answer.text
    assert "kept &lt;as&gt; typed</textarea>" in answer.text


def test_a_decompression_bomb_is_not_decoded(join: Join) -> None:
    """A small file with a huge picture in it is refused by what its header says."""
    answer = join().upload(bomb())
    assert answer.status_code == 422 and "million" in words(answer)


def test_no_file_at_all_is_told_too(join: Join) -> None:
    """A browser sends an empty name where nothing was chosen."""
    assert "Choose a photo to post" in words(join().upload(b"", filename=""))
    assert "Choose a photo to post" in words(join().post("/photos/new", caption="no file"))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_jpeg_png_and_webp_become_jpeg(join: Join, format: str) -> None:
    """Whatever came in, what is shown is a JPEG of our own making."""
    ann = join()
    page = ann.get(ann.upload(picture(format), filename="anything").location).text
    shown = ann.get("/media" + page.split('<img src="/media')[1].split('"')[0])
    assert shown.mimetype == "image/jpeg" and Image.open(io.BytesIO(shown.data)).size == (40, 30)


def test_more_than_ten_megabytes_are_refused_in_words(join: Join) -> None:
    """413, before anything is decoded."""
    answer = join().upload(bytes(10 * 1024 * 1024))
    assert answer.status_code == 413 and "At most 10 MB" in words(answer)


@pytest.mark.parametrize(
    ("caption", "reason"),
    [
        ("x" * 2201, "At most 2,200 characters"),
        ("x" * 900_000, "and this has 900,000"),
        ("#a " * 31, "at most 30 hashtags"),
        ("a\0b", "U+0000 cannot be used"),
    ],
)
def test_a_caption_that_does_not_fit_is_kept(join: Join, caption: str, reason: str) -> None:
    """The caption stays in its field, the reason beside it, and that the file has to be chosen again."""
    answer = join().upload(caption=caption)
    assert answer.status_code == 422 and reason in words(answer) and "Choose it again" in words(answer)
    assert caption in answer.text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "caption",
    ["שלום עולם", "🏔️🏳️‍🌈 𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "\u202egnp.exe", "x" * 2200, "🏔" * 2200, "<script>alert(1)</script>"],
)
def test_captions_come_back_as_they_were_written(join: Join, caption: str) -> None:
    """Right to left, four bytes a character, or full of markup: it is text, in its own direction."""
    ann = join()
    page = ann.get(ann.new_photo(caption))
    assert caption in words(page) and "<script" not in page.text and 'class="caption" dir="auto"' in page.text
