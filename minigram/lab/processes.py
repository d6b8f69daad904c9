"""A program that runs in a process group of its own, with what it prints in a file."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from minigram.lab import LabError
from minigram.lab.account import Account, Rights
from minigram.lab.leftovers import MARK, is_alive, wait_until_gone
from minigram.lab.waiting import until


class Program:
    """One program of a run. It can be started again after it was stopped or killed; the log goes on."""

    def __init__(
        self, name: str, argv: Sequence[str], *, run: Path, environment: Mapping[str, str],
        folder: Path | None = None, account: Account | None = None, handed: Sequence[int] = (),
    ) -> None:  # fmt: skip
        """`handed` are file descriptors of ours that it is given, under the same numbers."""
        self.name, self.argv, self.run, self.environment = name, list(argv), run, dict(environment)
        self.folder, self.account, self.handed = folder, account, handed
        self.log = run / f"{name}.log"
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. Ctrl-C in a terminal does not reach it: whoever started it ends it."""
        if self.alive:
            raise LabError(f"{self.name} is already running.")
        self.kill()  # what a dead first process may have left
        rights: Rights = {} if self.account is None else self.account.rights()
        marked = {**self.environment, MARK: str(self.run)}
        try:
            with self.log.open("ab") as log:
                self._popen = subprocess.Popen(
                    self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                    env=marked, cwd=self.folder, start_new_session=True, pass_fds=self.handed, **rights,
                )  # fmt: skip
        except OSError as error:
            raise LabError(f"{self.name}: could not start {self.argv[0]}: {error}.") from error

    @property
    def alive(self) -> bool:
        """Whether its first process runs."""
        return self._first() is not None

    def pids(self) -> list[int]:
        """All its processes: the first, and what descends from it."""
        return [found.pid for found in self._family()]

    def stop(self, how: signal.Signals = signal.SIGTERM, within: float = 10.0) -> None:
        """Ask its first process to end; kill what has not ended within so many seconds."""
        self.resume()  # what stands still does not hear that it is asked
        first = self._first()
        if first is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                first.send_signal(how)
            until(lambda: self._first() is None, within, every=0.005)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to all its processes at once; returns when they are gone."""
        if self._popen is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._popen.pid, signal.SIGSTOP)  # so that it starts no other while they are listed
        family = self._family()
        # Until it is waited for, a dead first process keeps its number, so this group is surely ours.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        for found in family:  # PostgreSQL gives each of its processes a group of its own
            with contextlib.suppress(psutil.NoSuchProcess):
                found.kill()
        self._popen.wait(10)
        wait_until_gone(family[1:], 10)
        self._popen = None

    def pause(self) -> None:
        """SIGSTOP to all its processes: they stand still, and keep their connections, locks and ports."""
        stopped: set[int] = set()
        while fresh := [found for found in self._family() if found.pid not in stopped]:
            for found in fresh:  # the first comes first: then it starts no other
                stopped.add(found.pid)
                with contextlib.suppress(psutil.NoSuchProcess):
                    found.suspend()

    def resume(self) -> None:
        """SIGCONT to all its processes."""
        for found in reversed(self._family()):
            with contextlib.suppress(psutil.NoSuchProcess):
                found.resume()

    def tail(self, lines: int = 20) -> str:
        """The end of what it printed."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def _first(self) -> psutil.Process | None:
        # Not Popen.poll(), which would let go of the number of a dead process.
        popen = self._popen  # which somebody else may be ending
        if popen is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                found = psutil.Process(popen.pid)
                return found if is_alive(found) else None
        return None

    def _family(self) -> list[psutil.Process]:
        first = self._first()
        if first is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                return [first, *first.children(recursive=True)]
        return []
