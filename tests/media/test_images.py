"""From an upload to a JPEG: upright, plain, within bounds; and a directory in which nothing is left half done."""

import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from minigram.media.disk import Disk
from minigram.media.images import decode, encode
from minigram.social.errors import Invalid, Missing

MODES = {"JPEG": ["L", "RGB", "CMYK"], "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"], "WEBP": ["RGB", "RGBA"]}


def file(image: Image.Image, format: str, **options: object) -> io.BytesIO:
    made = io.BytesIO()
    image.save(made, format, **options)
    made.seek(0)
    return made


@pytest.mark.parametrize(("format", "mode"), [(f, m) for f, modes in MODES.items() for m in modes])
@settings(max_examples=15, deadline=None)
@given(width=st.integers(1, 90), height=st.integers(1, 90))
def test_every_mode_and_shape_becomes_a_plain_jpeg(format: str, mode: str, width: int, height: int) -> None:
    """Grey, palette, 16 bits, print colours, transparent: RGB of the same size, without anything beside the pixels."""
    image = decode(file(Image.new(mode, (width, height)), format))
    assert (image.mode, image.size, image.info) == ("RGB", (width, height), {})
    written = Image.open(io.BytesIO(encode(image)))
    assert (written.format, written.size) == ("JPEG", (width, height))


@settings(max_examples=200, deadline=None)
@given(data=st.data(), format=st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_a_damaged_file_is_refused_or_decoded_whole(data: st.DataObject, format: str) -> None:
    """Cut off or changed anywhere, it is an image or it is Invalid, and never any other failure."""
    good = file(Image.radial_gradient("L").resize((40, 40)), format).getvalue()
    cut = data.draw(st.integers(0, len(good)))
    changes = data.draw(st.dictionaries(st.integers(0, len(good) - 1), st.integers(0, 255), max_size=8))
    bad = bytearray(good)
    for at, value in changes.items():
        bad[at] = value
    try:
        image = decode(io.BytesIO(bytes(bad[:cut])))
    except Invalid:
        return
    assert image.mode == "RGB"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations_come_out_upright(orientation: int) -> None:
    """However the camera was held, and mirrored or not, the red corner is where it was seen."""
    upright = Image.new("RGB", (40, 20), "blue")
    upright.paste("red", (0, 0, 20, 10))
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    taken = upright.transpose(turn) if turn is not None else upright
    image = decode(file(taken, "PNG", exif=exif))
    assert image.size == (40, 20)
    assert [image.getpixel(at) for at in ((5, 5), (30, 5), (5, 15))] == [(255, 0, 0), (0, 0, 255), (0, 0, 255)]


def test_a_broken_colour_profile_does_not_spoil_the_photo() -> None:
    """A real profile is applied, a broken one is ignored, and neither is passed on."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"no profile at all", srgb[:100]):
        image = decode(file(Image.new("RGB", (10, 10), (200, 100, 50)), "PNG", icc_profile=profile))
        red, green, blue = image.getpixel((5, 5))  # type: ignore[misc]
        assert abs(red - 200) < 3 and abs(green - 100) < 3 and abs(blue - 50) < 3
        assert "icc_profile" not in Image.open(io.BytesIO(encode(image))).info


def kept(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def test_a_photo_is_two_files_and_deleting_it_leaves_none(tmp_path: Path) -> None:
    """Found in both sizes until it is deleted; deleting twice is no error."""
    disk = Disk(str(tmp_path))
    stored = disk.save(file(Image.new("RGB", (2_000, 1_000)), "JPEG"))
    assert (stored.width, stored.height) == (1080, 540)
    assert sorted(Image.open(disk.find(stored.media, size)).size for size in ("large", "small")) == [
        (360, 360),
        (1080, 540),
    ]
    assert len(kept(tmp_path)) == 2
    for _ in range(2):
        disk.delete(stored.media)
        assert kept(tmp_path) == []
        with pytest.raises(Missing):
            disk.find(stored.media, "large")


def test_a_small_photo_is_not_blown_up(tmp_path: Path) -> None:
    """Its large image is as it was; its thumbnail is a square all the same."""
    disk = Disk(str(tmp_path))
    stored = disk.save(file(Image.new("RGB", (30, 20)), "PNG"))
    assert (stored.width, stored.height) == (30, 20)
    assert Image.open(disk.find(stored.media, "small")).size == (360, 360)


def test_what_is_refused_leaves_no_file(tmp_path: Path) -> None:
    """Nothing is written before all of the image has been decoded."""
    with pytest.raises(Invalid):
        Disk(str(tmp_path)).save(io.BytesIO(b"no image"))
    assert kept(tmp_path) == []


def test_a_full_disk_leaves_no_half_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the second file cannot be made safe, the first one goes, too, and so does the temporary file."""
    calls = []

    def sometimes(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        rename(source, target)

    rename = os.rename
    monkeypatch.setattr(os, "replace", sometimes)
    with pytest.raises(OSError, match="No space left"):
        Disk(str(tmp_path)).save(file(Image.new("RGB", (30, 20)), "PNG"))
    assert len(calls) == 2 and kept(tmp_path) == []


@pytest.mark.parametrize("media", ["", "..", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n", "g" * 32])
def test_only_names_that_were_given_are_looked_for(tmp_path: Path, media: str) -> None:
    """A name from a URL cannot lead out of the directory."""
    for size in ("large", "small", "../large", ""):
        with pytest.raises(Missing):
            Disk(str(tmp_path)).find(media, size)


def test_many_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Each gets its own files, with its own colour."""
    disk = Disk(str(tmp_path))

    def post(grey: int) -> tuple[int, str]:
        return grey, disk.save(file(Image.new("L", (50, 50), grey), "PNG")).media

    with ThreadPoolExecutor(8) as pool:
        for grey, media in pool.map(post, range(0, 250, 10)):
            assert Image.open(disk.find(media, "large")).getpixel((25, 25)) == (grey,) * 3
