"""The one directory outside the clone: prepared data directories, and programs that were downloaded."""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from minigram.lab import LabError

KEPT = 40
"""How many prepared directories of a kind are kept: those used last."""


def cache() -> Path:
    """The cache directory: the system's usual place for this user, made if it is not there yet."""
    place = _place()
    try:
        place.mkdir(parents=True, exist_ok=True)
        if place.stat().st_uid != os.geteuid():
            raise PermissionError(f"it belongs to user {place.stat().st_uid}")
    except OSError as error:
        raise LabError(f"The cache directory {place} cannot be used: {error}. XDG_CACHE_HOME names another.") from error
    return place


def key(*parts: object) -> str:
    """A short name for what a directory was prepared from."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def prepared(kind: str, name: str, target: Path, prepare: Callable[[], None]) -> None:
    """Fill `target` with a copy of the directory of that name; where there is none, `prepare` fills it and it
    is kept.

    The directory gets its name in one step, when it is whole: who is killed before leaves nothing with that
    name, and of two that prepare at once one is kept. A copy that is not what was kept is thrown away and
    prepared anew.
    """
    shelf = cache() / kind
    shelf.mkdir(exist_ok=True)
    kept = shelf / name
    shutil.rmtree(target, ignore_errors=True)
    with contextlib.suppress(OSError, ValueError, subprocess.CalledProcessError):
        content = json.loads((kept / "content.json").read_text())
        _copy(kept / "content", target)
        if _content(target) == content:
            os.utime(kept)
            return
    if kept.exists():
        _discard(kept)
    shutil.rmtree(target, ignore_errors=True)
    prepare()
    draft = shelf / f".{name}.{secrets.token_hex(4)}"
    draft.mkdir(mode=0o700)
    _copy(target, draft / "content")
    (draft / "content.json").write_text(json.dumps(_content(draft / "content")))
    with contextlib.suppress(OSError):  # somebody else was first: theirs is as good
        draft.rename(kept)
    tidy(shelf)


def tidy_all() -> None:
    """The same for all that is prepared or was downloaded."""
    for shelf in filter(Path.is_dir, cache().iterdir()):
        tidy(shelf)


def tidy(shelf: Path) -> None:
    """Remove drafts that nobody finishes any more, and the prepared directories that were not used for
    longest.
    """
    age = time.time() - 3600
    drafts = [d for d in shelf.glob(".*") if _used(d) < age]
    kept = sorted((d for d in shelf.glob("[!.]*") if d.is_dir()), key=_used, reverse=True)
    for old in [*drafts, *kept[KEPT:]]:
        _discard(old)


def _used(folder: Path) -> float:
    with contextlib.suppress(OSError):
        return folder.stat().st_mtime
    return 0.0


def _discard(folder: Path) -> None:
    """Take the name away first: nobody shall copy from a directory that is half removed."""
    doomed = folder.with_name(f".{secrets.token_hex(8)}")
    with contextlib.suppress(OSError):
        folder.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """A copy that keeps owners, sharing blocks with the source where the file system can."""
    sharing = ["-c"] if sys.platform == "darwin" else ["--reflink=auto"] if sys.platform == "linux" else []
    subprocess.run(["cp", "-pR", *sharing, str(source), str(target)], check=True, capture_output=True)


def _content(folder: Path) -> dict[str, int]:
    """Every file of a directory with the checksum of what it holds."""
    found = {}
    for place, _, files in os.walk(folder):
        inside = place[len(str(folder)) :]
        for name in files:
            with open(f"{place}/{name}", "rb") as file:
                found[f"{inside}/{name}"] = zlib.crc32(file.read())
    return found


def _place() -> Path:
    configured = os.environ.get("XDG_CACHE_HOME")
    if configured and os.path.isabs(configured):
        return Path(configured) / "minigram"
    if os.geteuid() == 0:  # root's home is closed to the user that servers run as
        return Path("/var/cache/minigram")
    with contextlib.suppress(RuntimeError):
        home = Path.home()
        if home.is_dir() and os.access(home, os.W_OK):
            return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "minigram"
    return Path(tempfile.gettempdir()) / f"minigram-cache-{os.getuid()}"
