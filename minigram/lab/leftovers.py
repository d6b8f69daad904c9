"""Whose is it? Every run of the lab has one private directory, and all that it starts carries that
directory's mark.

A process has the directory in its environment (`MINIGRAM_RUN`), a container in its label. So what belongs to
a run is asked of the machine, not of a list that could be out of date, and nothing else is ever touched: not
a process that was given a dead one's number, not a server that was there before.
"""

import contextlib
import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from minigram.lab.waiting import until

MARK = "MINIGRAM_RUN"
"""The environment variable that names the run's directory in all its processes."""


@dataclass(frozen=True)
class Owner:
    """The process that started a run. A start time tells it from a later process with the same number."""

    pid: int
    started: float
    host: str

    @classmethod
    def this(cls) -> "Owner":
        """The process that asks."""
        return cls(os.getpid(), psutil.Process().create_time(), socket.gethostname())

    @classmethod
    def read(cls, text: str) -> "Owner":
        """What `write` has written. Raises ValueError or TypeError."""
        return cls(**json.loads(text))

    def write(self) -> str:
        """One line that tells it."""
        return json.dumps(asdict(self))

    @property
    def alive(self) -> bool:
        """Whether it still runs. Of another host (a container with our temporary directory) assume so."""
        if self.host != socket.gethostname():
            return True
        try:
            found = psutil.Process(self.pid)
            # two seconds: some systems count from a boot time that moves when the clock is set
            return abs(found.create_time() - self.started) < 2 and is_alive(found)
        except psutil.NoSuchProcess:
            return False


def new_run() -> Path:
    """A new private directory for a run of this process. Its path is short: sockets' paths may have 104
    bytes.
    """
    place = Path(tempfile.gettempdir())
    if os.getuid() == 0 and not _all_may_enter(place):
        place = Path("/tmp")
    run = Path(tempfile.mkdtemp(prefix=f"minigram-{os.getuid()}-", dir=place)).resolve()
    if os.getuid() == 0:
        run.chmod(0o711)  # servers of root run as somebody else, who has to pass through to their own directory
    (run / "owner.json").write_text(Owner.this().write())
    (run / "tmp").mkdir()
    return run


def runs() -> dict[Path, Owner]:
    """The runs of this user on this machine, each with the process that started it: their directories tell,
    and where those are gone the labels of their containers.
    """
    from minigram.lab.servers import container

    found = container.labelled()
    for place in {Path(tempfile.gettempdir()).resolve(), Path("/tmp").resolve()}:
        for run in sorted(place.glob(f"minigram-{os.getuid()}-*")):
            with contextlib.suppress(OSError):
                if run.is_dir() and not run.is_symlink() and run.stat().st_uid == os.getuid():
                    found[run] = _owner(run)
    return found


def processes_of(run: Path) -> list[psutil.Process]:
    """The processes that carry the mark of the run and are alive."""
    return [found for found in psutil.process_iter() if found.pid != os.getpid() and _belongs(found, run)]


def remove(run: Path, starting: bool = False, within: float = 10.0) -> None:
    """Kill what belongs to the run and remove its directory, each within so many seconds. A run that is gone already is
    no error.

    `starting` says that something may just be about to start: then nothing must be found twice in a row.
    (Once the directory is gone, nothing of the run can start any more.)
    """
    from minigram.lab.servers import container

    end, calm = time.monotonic() + within, 0
    engine = (run / container.USED).exists() or not run.exists()
    while time.monotonic() < end and calm < (2 if starting else 1):
        if calm:
            time.sleep(0.3)
        ours = processes_of(run)
        for found in ours:
            with contextlib.suppress(psutil.NoSuchProcess):
                found.kill()
        wait_until_gone(ours, 1)
        removed = container.remove_all(run) if engine else 0
        calm = 0 if ours or removed else calm + 1
    # Within a time of its own: many containers may have taken all of the first.
    until(lambda: _removed(run), within)


def is_alive(found: psutil.Process) -> bool:
    """Whether the process runs. One that is dead and was not yet asked for its status (a zombie) does not."""
    try:
        return found.is_running() and str(found.status()) != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(doomed: list[psutil.Process], within: float) -> None:
    """Wait until none of them runs. (psutil's own wait is for zombies too, which init may leave a while.)"""
    until(lambda: not any(is_alive(found) for found in doomed), within, every=0.002)


def _removed(run: Path) -> bool:
    shutil.rmtree(run, ignore_errors=True)
    return not run.exists()


def _owner(run: Path) -> Owner:
    try:
        return Owner.read((run / "owner.json").read_text())
    except (OSError, ValueError, TypeError):
        if time.time() - run.stat().st_mtime < 60:  # just being made
            return Owner.this()
        return Owner(0, 0.0, socket.gethostname())


def _belongs(found: psutil.Process, run: Path) -> bool:
    try:
        if not is_alive(found):
            return False
        environment = found.environ()
        if environment.get(MARK) == str(run):
            return True
        # PostgreSQL's children write titles over their environment, but they stand in their data directory
        return "PATH" not in environment and Path(found.cwd()).is_relative_to(run)
    except (psutil.Error, OSError, ValueError):
        return False


def _all_may_enter(place: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in _upwards(place.resolve()))


def _upwards(place: Path) -> Iterator[Path]:
    yield place
    yield from place.parents
