"""Where the images are kept, once they have been decoded, turned upright and stripped of what the camera wrote."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

SIZES = ("large", "small")
"""What is kept of an image: its own shape within 1080 x 1080, and a square of 360."""


@dataclass(frozen=True)
class Stored:
    """An image that is safely kept under `media`; `width` and `height` are those of the large one, in pixels."""

    media: str
    width: int
    height: int


class Media(Protocol):
    def save(self, upload: BinaryIO) -> Stored:
        """Keep an image for good. Raises `social.errors.Invalid` for what is no JPEG, PNG or WebP that fits."""

    def copy(self, media: str) -> str:
        """The same image once more, under a name of its own; the name."""

    def find(self, media: str, size: str) -> Path:
        """The JPEG file of one size. Raises `social.errors.Missing`."""

    def delete(self, media: str) -> None:
        """Remove all sizes; what is not there is no error."""
