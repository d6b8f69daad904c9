"""`minigram run`, `start`, `doctor` and `servers`, as somebody types them."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from click.testing import CliRunner

from minigram.addresses import VARIABLE as ADDRESSES
from minigram.lab import LabError
from minigram.lab import doctor as module
from minigram.lab.attached import Known, read
from minigram.lab.commands import doctor, run, servers
from minigram.lab.leftovers import MARK, Owner, is_alive, processes_of, runs
from minigram.lab.servers import debian, kind, ports, software
from minigram.lab.servers.provider import VARIABLE
from minigram.stages import newest

from .test_cleanup import ROOT, holder, wait_until


@contextmanager
def ran(port: int) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`minigram run` of the first stage in another terminal, when all has started, and what it has said."""
    popen = subprocess.Popen(
        [sys.executable, "-m", "minigram", "run", "1", "--port", str(port)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert popen.stdout is not None
        said: list[str] = []
        while not said or "Ctrl-C" not in said[-1]:
            said.append(popen.stdout.readline())
            assert said[-1], f"it ended: {''.join(said)}"
        yield popen, "".join(said)
        if popen.poll() is None:
            os.killpg(popen.pid, signal.SIGINT)
            popen.wait(20)
    finally:
        popen.kill()


def test_run_shows_what_runs_where_and_stops_it_on_ctrl_c(native: None) -> None:
    """The app answers at the address that is printed; after Ctrl-C it does not, and nothing is left."""
    (port,) = ports.free_ports(1)
    with ran(port) as (popen, said):
        assert f"http://127.0.0.1:{port}" in said
        assert "postgres" in said
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).status == 200
        os.killpg(popen.pid, signal.SIGINT)
        rest, _ = popen.communicate(timeout=20)
        assert popen.returncode == 0
        assert "Stopped" in rest
        assert ports.is_free(port)


@pytest.mark.slow
def test_what_has_died_is_started_again_from_another_terminal(native: None) -> None:
    """A server and the web process are killed: `minigram start` with their names, and the app answers at the same
    address. What was never there is refused in a sentence that says what is."""
    (port,) = ports.free_ports(1)
    with ran(port) as (popen, _):
        (here,) = [path for path, owner in runs().items() if owner.pid == popen.pid]
        assert popen.stdout is not None
        for name in ("main", "web"):
            os.kill(read(here)[name].pid, signal.SIGKILL)
            told = next(line for line in popen.stdout if "has ended" in line)
            assert told.startswith(f"'{name}' has ended. In another terminal, .venv/bin/minigram start {name} starts")
            done = start(here, name)
            assert (done.returncode, done.stdout) == (0, f"{name} was started again, and answers.\n"), done.stderr
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).status == 200
        assert is_alive(psutil.Process(read(here)["web"].pid))
        os.kill(read(here)["main"].pid, signal.SIGKILL)
        with port_of(read(here)["main"]):
            in_vain = start(here, "main")
        assert in_vain.returncode == 3 and "'main' ended instead of starting" in in_vain.stderr
        assert start(here, "main").returncode == 0, "the app has gone on"
        refused = start(here, "db9")
        assert refused.returncode == 3 and "There is no 'db9'. There are: main, " in refused.stderr


@contextmanager
def port_of(server: Known) -> Iterator[None]:
    """Another program has it."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wait_until(lambda: _bound(other, urlsplit(server.url).port), "its port is free")
        other.listen()
        yield


def _bound(to: socket.socket, port: int | None) -> bool:
    try:
        to.bind((ports.HOST, port))
        return True
    except OSError:
        return False


def start(run: Path, name: str) -> "subprocess.CompletedProcess[str]":
    """The command in another terminal."""
    return subprocess.run(
        [sys.executable, "-m", "minigram", "start", name], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, ADDRESSES: str(run / "addresses.json")},
    )  # fmt: skip


def test_run_says_that_a_port_is_taken() -> None:
    """Before anything is started."""
    with socket.socket() as other:
        other.bind((ports.HOST, 0))
        other.listen()
        told = CliRunner().invoke(run, ["1", "--port", str(other.getsockname()[1])])
    assert isinstance(told.exception, LabError)  # which the command's main tells as a sentence
    assert "is taken by another program. Choose another one with --port." in str(told.exception)


def test_doctor_tells_people_and_machines_the_same(native: None) -> None:
    """Where native servers can run it exits 0, and says where they are and which version."""
    told = CliRunner().invoke(doctor, ["--json"])
    found = json.loads(told.stdout)
    assert (told.exit_code, found["ok"], found["provider"]) == (0, True, "native")
    (postgres,) = [entry for entry in found["kinds"] if entry["kind"] == "postgres"]
    spoken = CliRunner().invoke(doctor, env={"COLUMNS": "200"}).output
    assert postgres["version"] in spoken and postgres["where"] in spoken
    assert "Servers will be: native" in spoken


def test_doctor_names_the_one_command(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    """On a machine that has neither PostgreSQL nor a way to get it, it exits 1 with what to type."""
    monkeypatch.setenv(VARIABLE, "native")
    monkeypatch.setattr(software, "_places", lambda _: [])
    monkeypatch.setattr(debian, "possible", lambda: False)
    monkeypatch.setattr(module, "_browser", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(module, "remedy", lambda *wanted: f"get {' '.join(found.debian for found in wanted)}")
    told = CliRunner().invoke(doctor)
    assert told.exit_code == 1
    packages = {kind(need.kind).software.debian for need in newest().needs()}
    words = told.output.partition("To mend what is missing: get")[2].split()
    assert packages <= {*words}


def test_servers_lists_what_runs_and_leaves_it_alone(native: None) -> None:
    """What a living process holds is listed, and --clean does not touch it."""
    with holder("Notes") as held:
        started = held.started
        for words in ([], ["--clean"]):
            told = CliRunner().invoke(servers, words)
            assert f"{held.run}: process {held.popen.pid} runs it" in told.output
        assert is_alive(started[0]) and held.popen.poll() is None


def test_servers_clean_removes_what_a_dead_owner_left() -> None:
    """A run whose owner is dead, with a process of its own that nobody ended: both go, and nothing else."""
    run = Path(tempfile.mkdtemp(prefix=f"minigram-{os.getuid()}-")).resolve()
    (run / "owner.json").write_text(Owner(2**22 - 1, 0.0, Owner.this().host).write())
    ours = subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: str(run)})
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        wait_until(lambda: bool(processes_of(run)), "the process carries its mark")
        assert f"{run}: left over (1 processes, 0 containers)" in CliRunner().invoke(servers).output
        assert f"{run}: removed" in CliRunner().invoke(servers, ["--clean"]).output
        assert ours.wait(5) == -signal.SIGKILL
        assert not run.exists()
        assert stranger.poll() is None
    finally:
        for popen in (ours, stranger):
            popen.kill()
            popen.wait()
