"""Debian's and Ubuntu's packages without root: downloaded and unpacked into the cache directory, not
installed.
"""

import fcntl
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minigram.lab import LabError
from minigram.lab.servers.cache import cache
from minigram.lab.servers.software import Found, Software, in_folder


def unpacked(kind: str, software: Software) -> Found | None:
    """The programs as an earlier `unpack` has left them, or None."""
    for root in sorted((cache() / "debian").glob(f"{kind}-*"), reverse=True):
        found = _inside(root, software)
        if found is not None:
            return found
    return None


def possible() -> bool:
    """Whether this machine has what it takes."""
    return all(shutil.which(tool) for tool in ("apt-get", "apt-cache", "dpkg"))


def unpack(kind: str, software: Software) -> Found:
    """Download the package and those that it needs and this machine lacks, unpack them, find the programs."""
    with _one_at_a_time():
        found = unpacked(kind, software)  # by whoever was here while this one waited
        if found is not None:
            return found
        root = fetch(kind, software.debian, software.unneeded)
        found = _inside(root, software)
        if found is None:
            shutil.rmtree(root)
            raise LabError(f"{software.debian} was unpacked, but {', '.join(software.programs)} do not run.")
        return found


def fetch(name: str, package: str, unneeded: str = "$^") -> Path:
    """A directory with the content of the package and of those that it needs and this machine lacks."""
    print(f"Downloading {name} (the package {package}) into {cache()}; this happens once.", file=sys.stderr)
    shelf = cache() / "debian"
    draft = shelf / f".{name}.{secrets.token_hex(4)}"
    draft.mkdir(parents=True)
    try:
        try:
            _download(package, unneeded, draft, [])
        except LabError:  # no package lists, or old ones: fetch our own beside the system's
            _download(package, unneeded, draft, _own_lists(draft))
        for file in sorted(draft.glob("*.deb")):
            _run(["dpkg", "-x", str(file), str(draft / "root")], draft)
        kept = shelf / f"{name}-{secrets.token_hex(4)}"
        (draft / "root").rename(kept)
        return kept
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Of two that would download at once, one waits. The lock goes with its process, however that ends."""
    shelf = cache() / "debian"
    shelf.mkdir(exist_ok=True)
    with (shelf / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download(package: str, unneeded: str, into: Path, options: list[str]) -> None:
    plan = _run(["apt-get", *options, "-s", "install", "--no-install-recommends", package], into)
    new = re.findall(r"^Inst (\S+)", plan, re.MULTILINE)
    # What it stands for may be installed and only its programs gone, so what it depends on is asked for too.
    tree = _run(["apt-cache", *options, "depends", "--important", package], into)
    wanted = {package, *re.findall(r"Depends: ([\w.+-]+)", tree), *new}
    names = sorted(name for name in wanted if not re.match(unneeded, name))
    _run(["apt-get", *options, "download", *names], into)


def _own_lists(draft: Path) -> list[str]:
    for folder in ("lists/partial", "archives/partial"):
        (draft / folder).mkdir(parents=True, exist_ok=True)
    options = ["-o", f"Dir::State::Lists={draft}/lists", "-o", f"Dir::Cache={draft}"]
    _run(["apt-get", *options, "update"], draft)
    return options


def _run(argv: list[str], folder: Path) -> str:
    done = subprocess.run(
        argv, cwd=folder, capture_output=True, text=True, timeout=600, check=False,
        stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    if done.returncode != 0:
        raise LabError(f"`{' '.join(argv)}` failed: {done.stderr.strip()[-1000:]}")
    return done.stdout


def _inside(root: Path, software: Software) -> Found | None:
    libraries = sorted({str(file.parent) for file in root.glob("**/lib*.so.*") if "/lib/" in f"{file.parent}/"})
    environment = {"LD_LIBRARY_PATH": os.pathsep.join(libraries)}
    places = [*(f"{place.lstrip('/')}" for place in software.places), "usr/bin", "usr/sbin"]
    for pattern in places:
        for folder in sorted(root.glob(pattern), reverse=True):
            found = in_folder(software, folder, environment)
            if found is not None:
                return found
    return None
