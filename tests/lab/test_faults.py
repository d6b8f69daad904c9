"""A fault happens at its moment of a run, is told with its time, and is repaired whatever comes."""

import threading
import time
from contextlib import ExitStack

import psutil
import pytest

from minigram.lab import LabError
from minigram.lab.faults import kill, pause, restart
from minigram.lab.leftovers import is_alive
from minigram.lab.load import Known, open_loop
from minigram.lab.processes import Program
from minigram.lab.running import running
from tests.behaviour.waiting import eventually
from tests.servers.living import living

from .answering import Answering
from .asking import only
from .planted import planted


class Victim:
    """A planted server that can be killed and started again on its port."""

    name = "web"

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.url = self._stack.enter_context(planted())

    def kill(self) -> None:
        self._stack.close()

    def start(self) -> None:
        self.url = self._stack.enter_context(planted(port=int(self.url.rpartition(":")[2])))


def test_people_see_errors_between_the_kill_and_the_start() -> None:
    """Killed 0.5 s after the start and started 0.5 s later: those who come in between see errors."""
    victim = Victim()
    try:
        fault = kill(victim, after=0.5, restart_after=0.5)
        result = open_loop(victim.url, only("ask"), Known(), rate=200, seconds=4, spacing="even", beside=[fault])
    finally:
        victim.kill()
    killed, started, answers = result.events
    assert [event.what for event in result.events] == ["web killed", "web started", "web answers again"]
    assert 0.5 <= killed.at < 0.8
    assert 1.0 <= started.at < 1.3
    assert started.at < answers.at < 4
    assert set(result.errors) <= {"refused", "reset"}
    bad = [moment.at for moment in result.series(0.05) if moment.errors]
    assert killed.at - 0.05 <= min(bad) and max(bad) <= answers.at
    good = [moment for moment in result.series(0.05) if not moment.errors]
    assert any(moment.at > answers.at for moment in good), "nobody was answered after the server was back"
    assert result.summary()["events"][0] == {"at": killed.at, "what": "web killed"}


class Recorder:
    """Somebody who writes down what is done to them; `trouble` is what their start ends with."""

    name = "main"

    def __init__(self, trouble: Exception | None = None) -> None:
        self.said: list[str] = []
        self.killed, self.trouble = threading.Event(), trouble

    def kill(self) -> None:
        self.said.append("kill")
        self.killed.set()

    def start(self) -> None:
        self.said.append("start")
        if self.trouble:
            raise self.trouble


def test_what_was_killed_is_started_even_if_the_run_is_over_before() -> None:
    """The run ends between the kill and the start: the start happens at once."""
    victim = Recorder()
    fault = kill(victim, after=0, restart_after=60)
    fault.begin(time.monotonic())
    assert victim.killed.wait(10), "the kill did not happen within 10 s"
    events = fault.end()
    assert victim.said == ["kill", "start"]
    assert events[-1].at < 10


def test_a_kill_without_a_restart_is_for_good() -> None:
    """Nobody starts what was to stay dead."""
    victim = Recorder()
    fault = kill(victim, after=0)
    fault.begin(time.monotonic())
    assert victim.killed.wait(10), "the kill did not happen within 10 s"
    assert [event.what for event in fault.end()] == ["main killed"]
    assert victim.said == ["kill"]


def test_a_run_that_was_over_before_its_fault_is_an_error() -> None:
    """An experiment whose fault never happened must not look like one that the system survived."""
    victim = Recorder()
    with planted() as url, pytest.raises(LabError, match="before main was killed"):
        open_loop(url, only("ask"), Known(), rate=50, seconds=0.2, beside=[kill(victim, after=30)])
    assert victim.said == []


def test_a_server_that_does_not_come_back_is_an_error() -> None:
    """What goes wrong in the fault is told to whoever runs the load."""
    fault = kill(Recorder(LabError("port taken")), after=0, restart_after=0)
    fault.begin(time.monotonic())
    with pytest.raises(LabError, match="port taken"):
        fault.end()


def test_each_is_mended_though_another_fails() -> None:
    """A server that does not come back is told of, and the other, which was to come back later, has come back."""
    bad, good = Recorder(LabError("port taken")), Recorder()
    faults = [kill(bad, after=0, restart_after=0), kill(good, after=0, restart_after=60)]
    with planted() as url, pytest.raises(LabError, match="port taken"):
        open_loop(url, only("ask"), Known(), rate=50, seconds=0.5, beside=faults)
    assert good.said == ["kill", "start"]


def test_a_fault_before_the_start_is_refused() -> None:
    """Time runs forward."""
    with pytest.raises(ValueError, match="0 or more seconds"):
        kill(Recorder(), after=-1)


def test_who_stands_still_lets_people_wait_and_not_fail() -> None:
    """Paused for half a second: nobody sees an error, and who came then waited for the rest of it."""
    with running(Answering) as found:
        web = found.processes["web"]
        fault = pause(web, after=0.5, resume_after=0.5)
        result = open_loop(found.url, only("ask"), Known(), rate=100, seconds=2, spacing="even", beside=[fault])
    paused, resumed = result.events
    assert [event.what for event in result.events] == ["web paused", "web resumed"]
    assert 0.5 <= paused.at < 0.7 and 1.0 <= resumed.at < 1.3
    assert result.errors == {}
    waited = max(moment.worst_ms for moment in result.series(0.05) if paused.at + 0.05 < moment.at < 0.8)
    assert 200 < waited < 1000, f"who came during the pause waited {waited:.0f} ms at most"


def test_a_restart_is_orderly() -> None:
    """It is ended and started at once, and is another process afterwards."""
    with running(Answering) as found:
        web = found.processes["web"]
        before = family(web)
        fault = restart(web, after=0.2)
        fault.begin(time.monotonic())
        eventually("the process is another one", lambda: web.alive and not any(is_alive(p) for p in before), 10)
        said = [event.what for event in fault.end()]
        assert said == ["web asked to end", "web started", "web answers again"]


@pytest.mark.parametrize("deed", ["stop", "kill"])
def test_what_stands_still_can_be_ended(deed: str) -> None:
    """Who is paused is ended like anybody, within the time of anybody."""
    with running(Answering) as found:
        web = found.processes["web"]
        before = family(web)
        web.pause()
        eventually("all stand still", lambda: all(p.status() == psutil.STATUS_STOPPED for p in before))
        began = time.monotonic()
        getattr(web, deed)()
        assert time.monotonic() - began < 5
        assert not web.alive and not any(is_alive(p) for p in before)


def test_what_stands_still_is_not_left_over() -> None:
    """A run that ends while one of its processes is paused leaves nothing, and nothing is paused for good."""
    with running(Answering) as found:
        web = found.processes["web"]
        fault = pause(web, after=0, resume_after=60)
        fault.begin(time.monotonic())
        paused = family(web)
        eventually("all stand still", lambda: all(p.status() == psutil.STATUS_STOPPED for p in paused), 10)
        assert [event.what for event in fault.end()] == ["web paused", "web resumed"]
        assert not any(p.status() == psutil.STATUS_STOPPED for p in paused)
        web.pause()
    assert not any(is_alive(p) for p in paused)


def family(process: Program) -> list[psutil.Process]:
    """All its processes; a number that is given again later is not mistaken for one of them."""
    return living(process.pids())
