"""A stage that runs: its addresses, its processes, and what it says when one of them fails."""

import json
import socket
import stat
import urllib.request

import psutil
import pytest

from minigram.addresses import Addresses, Process
from minigram.lab import LabError
from minigram.lab.leftovers import is_alive
from minigram.lab.running import running
from minigram.lab.servers import ports

from .small import Notes, Served


class Dies(Served):
    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        return (Process("web", ("json.tool", "/no/such/file"), health="/"),)


class Bare(Served):
    """Processes alone: nothing of this needs a server."""

    @classmethod
    def needs(cls) -> tuple[()]:
        return ()


def test_processes_find_the_addresses_that_were_written(native: None) -> None:
    """The file holds every URL, and only this user reads it: it has passwords."""
    with running(Served) as found:
        assert Addresses.load(found.path) == found.addresses
        assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
        assert found.addresses.servers == {"main": found.servers["main"].url}
        assert found.url == found.addresses.processes["web"] == found.processes["web"].url
        (pid,) = found.processes["web"].pids()
        assert psutil.Process(pid).environ()["MINIGRAM_ADDRESSES"] == str(found.path)
    assert not found.path.exists()


def test_a_process_can_be_killed_and_started_again() -> None:
    """It comes back at its address, and its log goes on."""
    with running(Bare) as found:
        web = found.processes["web"]
        first = web.pids()
        web.kill()
        assert not web.alive and web.pids() == []
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(web.url, timeout=5)
        web.start()
        assert web.pids() != first
        assert urllib.request.urlopen(web.url, timeout=5).status == 200
        web.stop()
        assert not web.alive
        assert web.log.read_text().count("GET / ") >= 3


def test_all_processes_of_a_process_die_with_it() -> None:
    """A master is killed with its workers, and a worker that lost its master is not forgotten."""
    script = "import subprocess,sys,time;subprocess.Popen(['sleep','60']);print('up',flush=True);time.sleep(60)"

    class Family(Bare):
        @classmethod
        def processes(cls) -> tuple[Process, ...]:
            return (Process("master", ("timeit", "-n", "1", "-r", "1", script)),)

    with running(Family) as found:
        master = found.processes["master"]
        while len(master.pids()) < 2:
            assert master.alive, master.tail()
        workers = [psutil.Process(pid) for pid in master.pids()]
        workers[0].kill()
        master.kill()
    assert not any(is_alive(worker) for worker in workers)


def test_a_process_that_dies_at_the_start_shows_its_log() -> None:
    """The error names it and shows the end of what it printed."""
    with (
        pytest.raises(LabError, match=r"(?s)'web' ended instead of starting.*No such file or directory"),
        running(type("Dies", (Dies, Bare), {})),
    ):
        pass


def test_a_port_of_ones_own_choice() -> None:
    """The app is where it was asked to be; where something else is, that is said before anything starts."""
    (port,) = ports.free_ports(1)
    with running(Bare, port=port) as found:
        assert found.url == f"http://127.0.0.1:{port}"
        with pytest.raises(LabError, match=f"Port {port} of 127.0.0.1 is taken.*--port"), running(Bare, port=port):
            pass


def test_a_part_of_the_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who share a machine can share the ports out; a part that makes no sense is named, with one that does."""
    monkeypatch.setenv(ports.VARIABLE, "21000-22000")
    assert all(21000 <= port < 22000 for port in ports.free_ports(50))
    for wrong in ("", "21000", "21000-21999", "22000-21000", "80-2000", "65000-66000", "a-b"):
        monkeypatch.setenv(ports.VARIABLE, wrong)
        with pytest.raises(LabError, match=f"{ports.VARIABLE} is '{wrong}'.*such as 20000-30000"):
            ports.free_ports(1)


def test_a_port_that_somebody_took_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes get other ports, and the addresses say so."""
    from minigram.lab import running as module

    with socket.socket() as thief:
        thief.bind((ports.HOST, 0))
        stolen = thief.getsockname()[1]
        choices = iter([stolen, *ports.free_ports(1)])
        monkeypatch.setattr(module, "free_ports", lambda count: [next(choices) for _ in range(count)])
        with running(Bare) as found:
            assert not found.url.endswith(str(stolen))
            assert json.loads(found.path.read_text())["processes"]["web"] == found.url
            assert urllib.request.urlopen(found.url, timeout=5).status == 200


def test_servers_alone(native: None) -> None:
    """Without its processes a stage has no page, and the error says so."""
    with running(Notes, processes=False) as found:
        assert found.processes == {}
        with pytest.raises(LabError, match="Notes runs nothing"):
            _ = found.url
