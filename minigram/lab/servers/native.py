"""The native provider: the machine's own binaries as an ordinary user."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minigram.lab import LabError
from minigram.lab.account import Rights, without_rights
from minigram.lab.leftovers import MARK
from minigram.lab.processes import Program
from minigram.lab.servers import debian
from minigram.lab.servers.nameless import lent_name
from minigram.lab.servers.server import Server
from minigram.lab.servers.software import Found, Software, missing, on_this_machine


def programs(kind: str, software: Software) -> Found:
    """Where the kind's programs are; downloaded first where the system's packages allow that without root."""
    found = on_this_machine(software) or debian.unpacked(kind, software)
    if found is not None:
        return found
    if not debian.possible():
        raise missing(kind, software)
    try:
        return debian.unpack(kind, software)
    except LabError as error:
        raise LabError(f"{missing(kind, software)}\n(Downloading it without root failed: {error})") from error


class Native:
    """Runs one server as a process group of this machine."""

    provider = "native"

    def __init__(self, server: Server) -> None:
        self.server = server
        self.found = programs(server.kind, server.software)
        self.account = without_rights()
        self._program: Program | None = None

    def start(self) -> None:
        """Start it, after the recipe has filled its directory."""
        if self._program is None:
            self.folder(self.server.home)
            self._program = self.program(self.server.native(self))
        self._program.start()

    def stop(self) -> None:
        """End it in an orderly way."""
        if self._program is not None:
            self._program.stop(self.server.stop_signal)

    def kill(self) -> None:
        """SIGKILL to all its processes."""
        if self._program is not None:
            self._program.kill()

    def pause(self) -> None:
        """SIGSTOP to all its processes."""
        if self._program is not None:
            self._program.pause()

    def resume(self) -> None:
        """SIGCONT to all its processes."""
        if self._program is not None:
            self._program.resume()

    def end(self) -> None:
        """Its files go with the run."""
        self.kill()
        self._program = None

    @property
    def alive(self) -> bool:
        """Whether its first process runs."""
        return self._program is not None and self._program.alive

    def pids(self) -> list[int]:
        """All its processes."""
        return [] if self._program is None else self._program.pids()

    def tail(self) -> str:
        """The end of its log."""
        return "" if self._program is None else self._program.tail()

    def folder(self, path: Path) -> None:
        """Make a directory that is the server's own, if it is not there."""
        path.mkdir(mode=0o700, exist_ok=True)
        self.give(path)

    def give(self, path: Path) -> None:
        """Let the server's user own a directory or file."""
        if self.account is not None:
            self.account.own(path)

    @contextmanager
    def serving(self, argv: list[str]) -> Iterator[None]:
        """The server running for a moment, while its directory is prepared; ended in an orderly way."""
        self._program = self.program(argv)
        self._program.start()
        yield
        self._program.stop(self.server.stop_signal)

    def program(self, argv: list[str]) -> Program:
        """A program that runs as the server's user and writes to the server's log."""
        return Program(
            self.server.name, argv, run=self.server.run, environment=self._environment(),
            folder=self.server.home, account=self.account,
        )  # fmt: skip

    def tool(self, *argv: str) -> str:
        """Run a program to its end, as the server's user; what it printed. Raises LabError."""
        rights: Rights = {} if self.account is None else self.account.rights()
        try:
            done = subprocess.run(
                argv, cwd=self.server.home, env={**self._environment(), **lent_name()}, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                start_new_session=True, check=False, **rights,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            who = "" if self.account is None else f" as user {self.account.name}"
            raise LabError(f"{argv[0]} could not be run{who}: {error}.") from error
        if done.returncode != 0:
            raise LabError(f"{Path(argv[0]).name} failed with status {done.returncode}:\n{done.stdout[-2000:]}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        home = str(self.server.home)
        # Not this process's own: its PGPORT and PGOPTIONS are about somebody else's server.
        return {
            "PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": home,
            "TMPDIR": home, MARK: str(self.server.run), **self.found.environment,
        }  # fmt: skip
