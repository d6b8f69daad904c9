"""Where one judging happens: a run's directory, with what the student's side may see of it."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from minigram.course.judge.exercises import OURS, Exercise
from minigram.lab.machine import ROOT


@dataclass(frozen=True)
class Place:
    """Directories of one run. The student's side reads `work` and `servers`."""

    run: Path

    @property
    def work(self) -> Path:
        """The exercise as it is imported: the course's files, and the student's one."""
        return self.run / "work"

    @property
    def servers(self) -> Path:
        """Sockets that lead to the servers and to the judge, and the file of addresses."""
        return self.run / "servers"

    @property
    def doors(self) -> Path:
        """Where the student's side may put a socket to be asked at, if it cannot be handed one."""
        return self.run / "doors"

    @property
    def user(self) -> int | None:
        """Whom the student's side runs as where we are root: a user that nobody else on this machine is."""
        return 10_000_000 + os.getpid() if os.geteuid() == 0 else None

    def lay_out(self, exercise: Exercise, seam: bytes) -> None:
        """Put the exercise there: everything is the course's own, but for the one file that the student wrote."""
        self.make()
        folder = self.work / "exercises" / exercise.stem / exercise.name
        folder.mkdir(parents=True)
        for name in sorted(OURS - {"checks.py"}):
            if (exercise.folder / name).exists():
                shutil.copyfile(exercise.folder / name, folder / name)
        (folder / exercise.seam).write_bytes(seam)

    def make(self) -> None:
        """The directories, empty."""
        for made in (self.work, self.servers, self.doors):
            made.mkdir()
        self.run.chmod(0o711)
        if self.user is not None:
            os.chown(self.doors, self.user, self.user)
        else:
            self.doors.chmod(0o700)

    def give(self, path: Path) -> None:
        """Let the student's side, and nobody else but us, read a file that holds its password."""
        path.chmod(0o400)
        if self.user is not None:
            os.chown(path, self.user, self.user)


def readable() -> Iterator[Path]:
    """What a Python with the course's packages needs to run, and no more of this machine."""
    for name in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime"):
        if os.path.lexists(name):
            yield Path(name)
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if not Path(prefix).is_relative_to("/usr"):
            yield Path(prefix)
    yield ROOT / "minigram"
