"""A fault happens at its moment of a run, is told with its time, and is repaired whatever comes."""

import threading
import time
from contextlib import ExitStack

import pytest

from minigram.lab import LabError
from minigram.lab.faults import kill
from minigram.lab.load import Known, open_loop

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
        result = open_loop(victim.url, only("ask"), Known(), rate=200, seconds=2, spacing="even", beside=[fault])
    finally:
        victim.kill()
    killed, started, answers = result.events
    assert [event.what for event in result.events] == ["web killed", "web started", "web answers again"]
    assert killed.at == pytest.approx(0.5, abs=0.1)
    assert started.at == pytest.approx(1.0, abs=0.1)
    assert started.at < answers.at < 2
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


def test_a_fault_before_the_start_is_refused() -> None:
    """Time runs forward."""
    with pytest.raises(ValueError, match="0 or more seconds"):
        kill(Recorder(), after=-1)
