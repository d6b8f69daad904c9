"""What a server is to the rest of the lab, and what a kind's file has to say about it."""

import secrets
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from minigram.addresses import Need
from minigram.lab import LabError
from minigram.lab.servers.ports import free_ports, taken
from minigram.lab.servers.software import Software

if TYPE_CHECKING:
    from minigram.lab.servers.native import Native


@dataclass(frozen=True)
class Recipe:
    """What the image's entry point is told: its command and its environment."""

    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    on_host: bool = False
    """Whether it shares this machine's network: for a server that leads to others, which listen on 127.0.0.1 only. It
    has to listen on `self.port` of HOST itself, then."""


class Neighbour(Protocol):
    """Another server, or a process, of the same run."""

    @property
    def url(self) -> str: ...


class Box(Protocol):
    """How a provider runs one server."""

    provider: str

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def end(self) -> None: ...
    def pids(self) -> list[int]: ...
    def tail(self) -> str: ...
    @property
    def alive(self) -> bool: ...


class Server(ABC):
    """One server of a run. It keeps its port, its passwords and its data until the run ends.

    A kind of server is a file of this package with one subclass: what the programs and the image are, the two
    recipes, its URL, and how to tell that it answers. `kind` is the file's name.
    """

    software: ClassVar[Software]
    """What runs it natively."""
    image: ClassVar[str]
    """What runs it in Docker."""
    dockerfile: ClassVar[str] = ""
    """What the image is built from, where nobody publishes one."""
    port_inside: ClassVar[int]
    """Where it listens in its container."""
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    """What ends it in an orderly way."""

    def __init__(
        self, need: Need, run: Path, box: "type[Box]", behind: Mapping[str, Neighbour], port: int | None
    ) -> None:
        """`behind` are those that it leads to, by name. Where no `port` is given, it finds a free one."""
        self.need, self.run, self.behind = need, run, behind
        self.kind, self.name = need.kind, need.name
        self.home = run / need.name
        self.port = port or free_ports(1)[0]
        self.secret, self.admin_secret = secrets.token_hex(16), secrets.token_hex(16)
        self.version = ""
        self.box: Box = box(self)  # type: ignore[call-arg]
        self._known = False

    @abstractmethod
    def native(self, box: "Native") -> list[str]:
        """The native recipe: fill `self.home` where that is needed, and return the command that serves."""

    @abstractmethod
    def docker(self) -> Recipe:
        """The Docker recipe."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Where the app reaches it, in the app's own role."""

    @property
    def admin_url(self) -> str:
        """Where the lab reaches it, with every right: for its counters."""
        return self.url

    @abstractmethod
    def answer(self) -> str:
        """Ask it something; its version. Any exception means: not yet."""

    def welcome(self) -> None:  # noqa: B027 - most kinds have nothing to do here
        """What is done once, when it answers for the first time."""

    @property
    def provider(self) -> str:
        """Who runs it: "native" or "docker"."""
        return self.box.provider

    @property
    def alive(self) -> bool:
        """Whether its first process runs."""
        return self.box.alive

    def pids(self) -> list[int]:
        """The processes that make it up, as this machine numbers them, the first one first; none when it is down."""
        return self.box.pids()

    def start(self) -> None:
        """Start it, and return once it answers. What it stored before is there."""
        try:
            self._start()
        except LabError as error:
            if self._known or not taken(str(error)):
                raise
            self.box.end()
            self.port = free_ports(1)[0]  # somebody took it between our look and our start
            self._start()

    def stop(self) -> None:
        """End it in an orderly way."""
        self.box.stop()

    def kill(self) -> None:
        """SIGKILL: no last word, as in a crash."""
        self.box.kill()

    def pause(self) -> None:
        """Let it stand still, as a machine does that swaps, or whose disk hangs: it answers nobody, and hangs up
        on nobody.
        """
        self.box.pause()

    def resume(self) -> None:
        """Let it go on where it stood still."""
        self.box.resume()

    def restart(self) -> None:
        """Stop it if it runs, and start it at the same address with the same data."""
        if self.alive:
            self.stop()
        self.start()

    def end(self) -> None:
        """End it for good, quickly."""
        self.box.end()

    def wait(self, within: float = 60.0) -> None:
        """Return once it answers. Raises LabError with the end of its log when it dies or takes too long."""
        end, problem = time.monotonic() + within, "it was never asked"
        while time.monotonic() < end:
            alive = self.alive
            try:
                self.version = self.answer()
                return
            except Exception as error:  # a client library's own: refused, starting up, shutting down
                problem = str(error).strip()
            if not alive:
                raise LabError(f"{self.kind} '{self.name}' ended instead of starting. Its log ends:\n{self.box.tail()}")
            time.sleep(0.01)
        raise LabError(
            f"{self.kind} '{self.name}' did not answer on port {self.port} within {within:g} s: {problem}\n"
            f"Its log ends:\n{self.box.tail()}"
        )

    def _start(self) -> None:
        self.box.start()
        self.wait()
        if not self._known:
            self.welcome()
            self._known = True
