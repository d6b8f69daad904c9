"""Nothing is left running and no file is left, however the process that started it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from minigram.lab.leftovers import is_alive, new_run, processes_of, remove, runs
from minigram.lab.servers import container
from minigram.lab.servers.container import containers

from .living import living

ROOT = Path(__file__).parents[2]


def wait_until(true: Callable[[], bool], what: str, within: float = 20.0) -> None:
    """Wait until it is true; the error says what was waited for."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, f"waited {within:g} s until {what}"
        time.sleep(0.02)


class Holder:
    """A process that holds a running stage: its run's directory, and the processes that it started."""

    def __init__(self, *words: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.holder", *words], cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        assert self.popen.stdout is not None
        self.said = self.popen.stdout.readline().split()

    @property
    def run(self) -> Path:
        """The run's directory."""
        return Path(self.said[0])

    @property
    def started(self) -> list[psutil.Process]:
        """The processes that it has started, while it holds them."""
        return living(map(int, self.said[1:]))


@contextmanager
def holder(*words: str) -> Iterator[Holder]:
    """A holder that ends with the block at the latest."""
    held = Holder(*words)
    try:
        yield held
    finally:
        if held.popen.poll() is None:
            held.popen.kill()
        held.popen.communicate()


def assert_nothing_left(run: Path, started: list[psutil.Process]) -> None:
    wait_until(lambda: not any(is_alive(p) for p in started), "every process of the run has ended")
    wait_until(lambda: not run.exists(), f"{run} is gone")
    assert not processes_of(run)
    assert not containers(run)
    assert run not in runs()


def test_after_an_exception(provider: str) -> None:
    """An exception in the block ends everything, and is told."""
    with holder("Served", "raise") as held:
        _, told = held.popen.communicate(timeout=20)
        assert held.popen.returncode == 1
        assert "as a test or a notebook does" in told
        assert_nothing_left(held.run, [])


def test_after_ctrl_c(provider: str) -> None:
    """Ctrl-C reaches the whole group in front of the terminal, and everything ends in order."""
    with holder("Served") as held:
        started = held.started
        os.killpg(held.popen.pid, signal.SIGINT)
        held.popen.wait(20)
        assert_nothing_left(held.run, started)


def test_after_the_death_of_the_parent(provider: str) -> None:
    """Killed, the parent cannot clean up; its leash does."""
    with holder("Served") as held:
        started = held.started
        held.popen.kill()
        held.popen.wait(20)
        assert_nothing_left(held.run, started)


def test_after_the_death_of_the_parent_while_it_prepares(native: None, own_cache: Path) -> None:
    """Killed while it prepares a data directory, it leaves no process, no file, and no half of a directory."""
    before = set(runs())
    popen = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.holder", "Notes"], cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    found: dict[Path, list[psutil.Process]] = {}
    wait_until(lambda: found.update(started_by(popen, before)) or bool(found), "initdb runs")
    ((run, started),) = found.items()
    popen.kill()
    popen.wait()
    assert_nothing_left(run, started)
    assert not any((own_cache / "postgres").glob("[!.]*"))


def test_a_run_whose_containers_take_long_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long that takes, its directory goes as well."""
    run = new_run()
    (run / container.USED).touch()
    monkeypatch.setattr(container, "remove_all", lambda _: 1)  # there always is one more
    remove(run, within=0.1)
    assert not run.exists()


def started_by(popen: "subprocess.Popen[bytes]", before: set[Path]) -> dict[Path, list[psutil.Process]]:
    """The runs of that process with their processes, as soon as there are some."""
    found = {run: processes_of(run) for run, owner in runs().items() if run not in before and owner.pid == popen.pid}
    return {run: processes for run, processes in found.items() if processes}
