"""How much of the machine the student's side may take. A part of it the kernel keeps, and the rest is watched."""

import contextlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """For all processes of one side together, where nothing else is said."""

    memory: int = 1024 * MIB
    space: int = 2048 * MIB  # of addresses, for each process
    processes: int = 64
    files: int = 256  # open, for each process
    written: int = 48 * MIB
    largest: int = 32 * MIB  # file


class Program(Protocol):
    """What a side is made of: a process of this machine with all that descends from it, or a container."""

    name: str
    log: Path

    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def kill(self) -> None: ...
    def pids(self) -> list[int]: ...
    def tail(self, lines: int = 20) -> str: ...


class Side:
    """The student's side: one program, watched. `why` says which limit it went over, and is empty otherwise."""

    def __init__(self, program: Program, doors: Path, limits: Limits) -> None:
        self.program, self.doors, self.limits = program, doors, limits
        self.why = ""
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, name=f"watch {program.name}", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether its first process runs."""
        return self.program.alive

    def start(self) -> None:
        """Start it, and watch it from now on."""
        self.program.start()
        self._watch.start()

    def end(self) -> None:
        """Kill all of it. Returns when it is gone."""
        self._over.set()
        if self._watch.ident is not None:
            self._watch.join()
        self.program.kill()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            self.why = self._excess()
            if self.why:
                self.program.kill()
                return

    def _excess(self) -> str:
        memory, count = 0, 0
        for pid in self.program.pids():
            with contextlib.suppress(psutil.Error):
                memory += psutil.Process(pid).memory_info().rss
                count += 1
        if memory > self.limits.memory:
            return f"it took more than {self.limits.memory // MIB} MiB of memory"
        if count > self.limits.processes:
            return f"it had more than {self.limits.processes} processes"
        if _size(self.doors) + _size(self.program.log) > self.limits.written:
            return f"it wrote more than {self.limits.written // MIB} MiB"
        return ""


def _size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder, each of them counted as a block at least."""
    total = 0
    with contextlib.suppress(OSError):
        if path.is_file():
            return path.stat().st_size
        for folder, _, names in os.walk(path):
            for name in names:
                with contextlib.suppress(OSError):
                    total += max(4096, os.lstat(os.path.join(folder, name)).st_blocks * 512)
    return total
