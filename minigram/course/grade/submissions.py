"""What a student has handed in: the seam files of the exercises, found in a folder or a zip, and nothing else of it.

Nothing is unpacked. A file is read only if its name is a seam's, and never more of it than a module may have, so a
path that leads elsewhere, a link, and a zip that unpacks to gigabytes are so many bytes that nobody looks at.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from minigram.course.judge.evidence import digest
from minigram.course.judge.exercises import Exercise

LARGEST = 256 * 1024
"""Bytes of one module."""
MOST = 20_000
"""Files and folders that are looked through."""

Seams = dict[str, bytes]
"""Exercise id → the file."""

Entries = list[tuple[PurePosixPath, bytes]]


class Broken(Exception):
    """The submission cannot be read. The message says what is wrong with it."""


def seams_of(path: Path, exercises: Sequence[Exercise]) -> Seams:
    """The seam files of a folder or a zip. An exercise without one is left out. Raises Broken.

    A file is an exercise's when it lies in a folder of the exercise's name; where there is none, when it has the
    seam's name. Two that differ are one too many.
    """
    wanted = {exercise.seam for exercise in exercises}
    try:
        entries = list(_of_folder(path, wanted) if path.is_dir() else _of_zip(path, wanted))
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise Broken(f"it cannot be read: {error}") from error
    return {exercise.id: seam for exercise in exercises if (seam := _seam(exercise, entries)) is not None}


def hash_of(seams: Mapping[str, bytes]) -> str:
    """One hash for all that was handed in."""
    return digest(b"".join(f"{id}\0{digest(content)}\n".encode() for id, content in sorted(seams.items())))


def _seam(exercise: Exercise, entries: Entries) -> bytes | None:
    near = [entry for entry in entries if entry[0].parts[-2:] == (exercise.name, exercise.seam)]
    named = near or [entry for entry in entries if entry[0].name == exercise.seam]
    if len({content for _, content in named}) > 1:
        listed = ", ".join(sorted(str(name) for name, _ in named))
        raise Broken(f"{exercise.seam} is there more than once, and they differ: {listed}")
    return named[0][1] if named else None


def _of_folder(folder: Path, wanted: Iterable[str]) -> Iterator[tuple[PurePosixPath, bytes]]:
    looked = 0
    for place, folders, files in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if not _is_litter(name)]
        looked += len(folders) + len(files)
        if looked > MOST:
            raise Broken(f"it holds more than {MOST:,} files")
        for name in files:
            if name in wanted:
                file = Path(place, name)
                yield PurePosixPath(file.relative_to(folder).as_posix()), _read(file)


def _read(file: Path) -> bytes:
    """A regular file, not through a link: a link could lead to what is not the student's."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Broken(f"{file.name} is no file that can be read ({error.strerror})") from error
    with os.fdopen(handle, "rb") as opened:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Broken(f"{file.name} is not a regular file")
        return _bounded(file.name, opened.read(LARGEST + 1))


def _of_zip(path: Path, wanted: Iterable[str]) -> Iterator[tuple[PurePosixPath, bytes]]:
    with zipfile.ZipFile(path) as archive:
        if len(archive.infolist()) > MOST:
            raise Broken(f"it holds more than {MOST:,} files")
        for info in archive.infolist():
            name = PurePosixPath(info.filename.replace("\\", "/"))
            if name.name not in wanted or any(_is_litter(part) for part in name.parts[:-1]) or info.is_dir():
                continue
            if stat.S_ISLNK(info.external_attr >> 16):
                raise Broken(f"{name.name} is a link")
            if info.flag_bits & 1:
                raise Broken(f"{name.name} is encrypted")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # the others unpack without bound
                raise Broken(f"{name.name} is packed in a way that is not usual in a zip")
            with archive.open(info) as opened:
                yield name, _bounded(name.name, opened.read(LARGEST + 1))


def _bounded(name: str, content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise Broken(f"{name} has more than {LARGEST:,} bytes")
    return content


def _is_litter(name: str) -> bool:
    """Folders that tools leave, and a way up out of the folder."""
    return name.startswith((".", "__")) or name == "solutions"
