"""`minigram restart` gives every web server new workers, one after the other."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from minigram.addresses import VARIABLE
from minigram.lab.leftovers import is_alive
from minigram.lab.machine import ROOT
from minigram.lab.running import Running, running
from minigram.stages import at
from minigram.stages.ch02_web_tier import WebTier


@pytest.fixture(scope="module")
def web_tier() -> Iterator[Running]:
    with running(WebTier) as found:
        yield found


def restart(found: Running) -> "subprocess.CompletedProcess[str]":
    """The command in another terminal."""
    return subprocess.run(
        [sys.executable, "-m", "minigram", "restart"],
        cwd=ROOT, env=os.environ | {VARIABLE: str(found.path)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_every_web_server_has_new_workers(web_tier: Running) -> None:
    """The first process of each stays, its old workers are gone, it answers, and the command names each in turn."""
    web_servers = web_tier.processes
    first = {name: process.pids()[0] for name, process in web_servers.items()}
    workers = [psutil.Process(pid) for process in web_servers.values() for pid in process.pids()[1:]]
    done = restart(web_tier)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(web_servers)
    assert not any(is_alive(worker) for worker in workers)
    assert {name: process.pids()[0] for name, process in web_servers.items()} == first
    assert all(requests.get(process.url + "/health", timeout=10).ok for process in web_servers.values())


STAGE = """
from minigram.stages.ch02_web_tier import WebTier
from minigram.system import part


class Changing(WebTier):
    number, stem = WebTier.number, WebTier.stem

    @part
    def pages(self):
        {}
"""


def test_code_that_does_not_start_is_tried_out_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command says what is wrong with it, and every web server goes on with the worker that it has."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    code = tmp_path / "changing.py"
    code.write_text(STAGE.format("return super().pages"))
    with running(at("changing:Changing")) as found:
        workers = {name: process.pids() for name, process in found.processes.items()}
        code.write_text(STAGE.format("raise RuntimeError('half of a change')"))
        done = restart(found)
        assert done.returncode == 3 and done.stdout == ""
        assert "The new code does not start. All go on with the old code." in done.stderr
        assert done.stderr.rstrip().endswith("RuntimeError: half of a change")
        assert {name: process.pids() for name, process in found.processes.items()} == workers
        code.write_text(STAGE.format("return super().pages  # better"))
        assert restart(found).returncode == 0
        assert not {pids[-1] for pids in workers.values()} & {p.pids()[-1] for p in found.processes.values()}


def test_one_that_is_not_there_is_named_and_the_others_are_left_alone(web_tier: Running) -> None:
    """web2 has died: web1 has new workers, web3 keeps its own, and the command says why, without a traceback."""
    web1, web2, web3 = web_tier.processes.values()
    web2.kill()
    before = web1.pids()[1:], web3.pids()[1:]
    try:
        done = restart(web_tier)
    finally:
        web2.start()
    assert done.returncode == 3 and "Traceback" not in done.stderr
    assert "web2 is not running" in done.stderr
    assert (web1.pids()[1:] == before[0], web3.pids()[1:] == before[1]) == (False, True)
