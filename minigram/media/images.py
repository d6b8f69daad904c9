"""From what somebody uploads to a JPEG that is safe to show: decode all of it, and write it anew."""

import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

from minigram.social.errors import Invalid

MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


def decode(upload: BinaryIO) -> Image.Image:
    """The image upright, in sRGB, without metadata. Raises Invalid for anything that cannot be decoded whole."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound comes before decoding
            image = Image.open(upload, formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise Invalid(
                "photo",
                f"This image has {image.width:,} x {image.height:,} pixels, and at most "
                f"{MOST_PIXELS // 10**6} million fit. Make it smaller.",
            )
        image.load()
        return _plain(ImageOps.exif_transpose(image))
    except Invalid:
        raise
    except Image.DecompressionBombError as error:
        raise Invalid(
            "photo", f"This image has more than {MOST_PIXELS // 10**6} million pixels. Make it smaller."
        ) from error
    except Exception as error:  # Pillow's decoders raise nearly anything for a broken file
        raise Invalid("photo", "This file is not a whole JPEG, PNG or WebP image. Choose another.") from error


def encode(image: Image.Image) -> bytes:
    """A JPEG."""
    into = io.BytesIO()
    image.save(into, "JPEG", quality=85, optimize=True)
    return into.getvalue()


def within(image: Image.Image, edge: int) -> Image.Image:
    """The image, made smaller where it has to be, in its own shape."""
    smaller = image.copy()
    smaller.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return smaller


def square(image: Image.Image, edge: int) -> Image.Image:
    """The middle of the image, as a square."""
    return ImageOps.fit(image, (edge, edge), Image.Resampling.LANCZOS)


def _plain(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        with_alpha = image.convert("RGBA")
        image = Image.new("RGB", image.size, "white")
        image.paste(with_alpha, mask=with_alpha.getchannel("A"))
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = converted or image
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile spoils the colours a little, not the photo
    image = image.convert("RGB")
    image.info.clear()
    return image
