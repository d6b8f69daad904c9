"""Images in a directory of this machine's disk."""

import os
import re
import secrets
import tempfile
from pathlib import Path
from threading import Semaphore
from typing import BinaryIO

from minigram.media import SIZES, Stored
from minigram.media.images import decode, encode, square, within
from minigram.social.errors import Missing


class Disk:
    """One file a size, under a name that cannot be guessed, in one of 256 directories."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._decoding = Semaphore(2)  # the largest image takes 300 MB while it is decoded

    def save(self, upload: BinaryIO) -> Stored:
        with self._decoding:
            image = decode(upload)
            large, small = within(image, 1080), square(image, 360)
        media = secrets.token_hex(16)
        try:
            for size, made in zip(SIZES, (large, small), strict=True):
                _write(Path(self._path(media, size)), encode(made))
        except BaseException:
            self.delete(media)
            raise
        return Stored(media, large.width, large.height)

    def copy(self, media: str) -> str:
        name = secrets.token_hex(16)
        os.makedirs(os.path.dirname(self._path(name, SIZES[0])), exist_ok=True)
        for size in SIZES:
            os.link(self._path(media, size), self._path(name, size))  # files never change: one may have many names
        return name

    def find(self, media: str, size: str) -> Path:
        path = Path(self._path(media, size)) if re.fullmatch("[0-9a-f]{32}", media) and size in SIZES else None
        if path is None or not path.is_file():
            raise Missing("There is no such image.")
        return path

    def delete(self, media: str) -> None:
        for size in SIZES:
            Path(self._path(media, size)).unlink(missing_ok=True)

    def _path(self, media: str, size: str) -> str:
        return os.path.join(self._directory, media[:2], f"{media}.{size}.jpg")


def _write(path: Path, content: bytes) -> None:
    """The whole file under its name, or no file: a power cut leaves nothing in between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
