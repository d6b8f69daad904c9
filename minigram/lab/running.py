"""A stage, running: its servers and its processes, from the first to the last line of a `with`."""

import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from minigram.addresses import VARIABLE, Addresses, Need, Process
from minigram.lab import LabError, attached
from minigram.lab.attached import Known
from minigram.lab.leash import hold, let_go
from minigram.lab.leftovers import new_run, remove
from minigram.lab.processes import Program
from minigram.lab.servers import Neighbour, Server, start_all
from minigram.lab.servers.ports import HOST, free_ports, is_free, taken
from minigram.stages import build, path_of
from minigram.system import Minigram


@contextmanager
def running(stage: type[Minigram], processes: bool = True, port: int | None = None) -> "Iterator[Running]":
    """Start the stage's servers and, unless told otherwise, its processes; everything answers when the block
    begins.

    When the block ends, however it ends, all of it is stopped and every file removed; when this process is
    killed, its leash does that. `port` is for the process that people's browsers go to.
    """
    if port is not None and not is_free(port):
        why = "may be used by root alone" if port < 1024 and os.geteuid() else "is taken by another program"
        raise LabError(f"Port {port} of {HOST} {why}. Choose another one with --port.")
    run = new_run()
    hold(run)
    found = None
    try:
        in_front = _in_front(stage)
        found = Running(stage, run, start_all((n for n in stage.needs() if n not in in_front), run), in_front, port)
        if processes:
            found.start_processes()
        yield found
    finally:
        if found is not None:
            found.end()
        remove(run, starting=found is None)
        let_go(run)


class AppProcess(Program):
    """One process of the app; `url` is empty where it has no port."""

    def __init__(self, process: Process, run: Path, addresses: Path, port: int, url: str) -> None:
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
        super().__init__(
            process.name,
            [sys.executable, "-m", *(word.replace("{port}", str(port)) for word in process.argv)],
            run=run,
            environment={
                **os.environ, VARIABLE: str(addresses), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1",
                "TMPDIR": str(run / "tmp"),
            },
        )  # fmt: skip
        self.process, self.url = process, url

    def start(self, within: float = 30.0) -> None:
        """Start it; return once its health page answers 200. Raises LabError with the end of its log."""
        super().start()
        end, problem = time.monotonic() + within, "not asked yet"
        while self.alive and time.monotonic() < end:
            if self.process.health is None:
                return
            if taken(self.tail()):
                break
            try:
                with urllib.request.urlopen(self.url + self.process.health, timeout=5):
                    return
            except urllib.error.HTTPError as error:
                problem = f"{self.process.health} answered {error.code}"
            except OSError as error:
                problem = f"{self.process.health}: {error}"
            time.sleep(0.01)
        what = f"was not ready ({problem})" if self.alive else "ended instead of starting"
        raise LabError(f"The process '{self.name}' {what}. Its log ends:\n{self.tail()}")


class Running:
    """A stage that runs: where everything is, and the handles on it."""

    def __init__(
        self,
        stage: type[Minigram],
        run: Path,
        servers: Mapping[str, Server],
        in_front: Sequence[Need],
        port: int | None,
    ) -> None:
        """`servers` run; those `in_front` of the processes start after these."""
        self.stage, self.run, self.servers, self._in_front, self._port = stage, run, dict(servers), in_front, port
        self.path = run / attached.ADDRESSES
        self.processes: dict[str, AppProcess] = {}
        self._secret = secrets.token_hex(32)
        (run / "media").mkdir()
        self._address()

    @property
    def url(self) -> str:
        """Where people's browsers go: the last server that stands in front of processes; without one, the last process
        that has a health page."""
        if self._in_front and self._in_front[-1].name in self.servers:
            return self.servers[self._in_front[-1].name].url
        front = self._front()
        if self._in_front or front is None or front not in self.addresses.processes:
            raise LabError(f"{self.stage.__name__} runs nothing that browsers could go to.")
        return self.addresses.processes[front]

    @property
    def provider(self) -> str:
        """Who runs the servers: "native", "docker", or "none" where there are none."""
        return next((server.provider for server in self.servers.values()), "none")

    @cached_property
    def system(self) -> Minigram:
        """The stage's Minigram in this process, over the same servers."""
        return build(self.addresses)

    def start_processes(self) -> None:
        """Start the stage's processes in their order, each ready before the next, and the servers in front of them."""
        try:
            self._start_processes()
        except LabError as error:
            if not taken(str(error)):
                raise
            for process in self.processes.values():
                process.kill()
                process.log.unlink(missing_ok=True)
            self._address()  # somebody took a port between our look and our start: all get others
            self._start_processes()
        known: dict[str, Neighbour] = {**self.servers, **self.processes}
        self.servers |= start_all(self._in_front, self.run, known, self._port)
        self._tell_operator()

    def restart(self, name: str) -> None:
        """Stop one of the servers and processes, if it runs, and start it again where it was. Raises LabError."""
        if name in self.servers:
            self.servers[name].restart()
        elif name in self.processes:
            self.processes[name].stop()
            self.processes[name].start()
        else:
            there = ", ".join([*self.servers, *self.processes])
            raise LabError(f"'{name}' was not started with the app, which can start these again: {there}.")
        self._tell_operator()

    def end(self) -> None:
        """Close `system`, and end processes and servers, last started first."""
        try:
            if "system" in self.__dict__:
                self.system.close()
        finally:
            for process in reversed(self.processes.values()):
                process.kill()
            for server in reversed([*self.servers.values()]):
                server.end()

    def _start_processes(self) -> None:
        for process in self.stage.processes():
            url = self.addresses.processes.get(process.name, "")
            started = AppProcess(process, self.run, self.path, self._ports[process.name], url)
            self.processes[process.name] = started
            started.start()

    def _address(self) -> None:
        processes = self.stage.processes()
        self._ports = dict(zip((p.name for p in processes), free_ports(len(processes)), strict=True))
        front = self._front()
        if self._port is not None and front is not None and not self._in_front:
            self._ports[front] = self._port
        self.addresses = Addresses(
            stage=path_of(self.stage),
            servers={name: server.url for name, server in self.servers.items()},
            processes={
                p.name: f"http://{HOST}:{self._ports[p.name]}"
                for p in processes
                if p.health or any("{port}" in word for word in p.argv)
            },
            media=str(self.run / "media"),
            secret=self._secret,
            file=str(self.path),
        )
        self.addresses.save(self.path)

    def _tell_operator(self) -> None:
        """For commands in another terminal: who runs the app may look into all of it."""
        processes = [Known("", p.name, p.url, p.url, next(iter(p.pids()), 0)) for p in self.processes.values()]
        attached.tell(self.run, [*map(attached.of, self.servers.values()), *processes])

    def _front(self) -> str | None:
        return next((p.name for p in reversed(self.stage.processes()) if p.health), None)


def _in_front(stage: type[Minigram]) -> list[Need]:
    """The servers that lead to processes, and so start after them."""
    processes = {process.name for process in stage.processes()}
    return [need for need in stage.needs() if processes.intersection(need.before)]
