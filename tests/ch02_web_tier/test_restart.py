"""`minigram restart` gives every web server new workers, one after the other."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
import requests

from minigram.addresses import VARIABLE
from minigram.lab.leftovers import is_alive
from minigram.lab.machine import ROOT
from minigram.lab.running import Running, running
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
