"""Histories of running stages: whole ones keep what they promise, and what is planted in others is found."""

import pytest

from minigram.lab import LabError
from minigram.lab.faults import Fault, kill, pause, restart
from minigram.lab.history import (
    History,
    Promise,
    check,
    monotonic_reads,
    no_lost_write,
    nothing_twice,
    read_your_writes,
    record,
)
from minigram.lab.history.workload import SHARES
from minigram.lab.load import LoadError
from minigram.lab.running import running
from minigram.stages.ch01_one_server import OneServer
from tests.ch01_one_server.chaffs import Forgetful
from tests.lab.planted_histories import CountsTwice, LosesLikes, ReadsStaleCopies


@pytest.mark.parametrize(
    ("stage", "promise", "lines"),
    [
        pytest.param(LosesLikes, no_lost_write, 2, marks=pytest.mark.slow),
        (ReadsStaleCopies, read_your_writes, 2),
        (ReadsStaleCopies, monotonic_reads, 2),
        pytest.param(CountsTwice, nothing_twice, 8, marks=pytest.mark.slow),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_planted_bug_is_found(
    stage: type[OneServer], promise: Promise, lines: int, recorded: dict[type, History]
) -> None:
    """The promise that it breaks is named, with a history of a few lines. On a busy machine that may take longer."""
    for seconds in (3, 10, 30):
        if stage not in recorded or not check(recorded[stage], [promise]):
            with running(stage) as run:
                recorded[stage] = record(run.url, seconds=seconds)
    (violation,) = check(recorded[stage], [promise])
    assert len(violation.history) <= lines, str(violation)


@pytest.fixture(scope="module")
def recorded() -> dict[type, History]:
    """The history of each planted stage, recorded once, or again where it was too short to show the bug."""
    return {}


@pytest.mark.slow
def test_one_server_keeps_what_it_promises() -> None:
    """PostgreSQL is killed, stands still and is restarted: no promise is broken, and everybody gets an answer."""
    with running(OneServer) as run:
        main = run.servers["main"]
        faults = (kill(main, after=1, restart_after=0.5), pause(main, after=4, resume_after=1), restart(main, after=6))
        # in turn, however long each of them takes
        in_turn = Fault(main.name, [step for fault in faults for step in fault.steps])
        history = record(run.url, seconds=8, beside=[in_turn])
    assert [str(violation) for violation in check(history)] == []
    assert [event.what for event in history.events] == [
        f"main {what}"
        for what in "killed,started,answers again,paused,resumed,asked to end,started,answers again".split(",")
    ]
    assert history.unanswered == [] and history.longest < history.patience
    assert {op.outcome for op in history.operations} >= {"ok", "unknown"} and history.acknowledged > 50
    assert {op.deed for op in history.operations if op.outcome == "ok"} == set(SHARES)


@pytest.mark.slow
def test_what_postgresql_had_not_written_down_is_missed() -> None:
    """With writes acknowledged before they are durable, a kill loses some, and the history shows one. Not every
    kill loses some, about three of four do: where one does not, there is another."""
    with running(Forgetful) as run:
        for _ in range(10):
            history = record(run.url, seconds=3, beside=[kill(run.servers["main"], after=1.5, restart_after=0.1)])
            if found := check(history, [no_lost_write]):
                break
    (violation,) = found
    assert len(violation.history) == 2, str(violation)


def test_a_history_is_bounded_and_stays_here() -> None:
    """Nobody else's server is acted upon, and nothing lasts for ever."""
    for url, seconds, sessions in (
        ("http://example.org", 1, 2),
        ("http://127.0.0.1:1", 0, 2),
        ("http://127.0.0.1:1", 601, 2),
        ("http://127.0.0.1:1", 1, 1),
    ):
        with pytest.raises(LoadError):
            record(url, seconds=seconds, sessions=sessions)


def test_a_stage_that_is_not_there_is_an_error() -> None:
    """Nobody can sign up where nothing listens, and that is said."""
    with pytest.raises(LabError, match="POST /api/people got no answer"):
        record("http://127.0.0.1:1", seconds=1)
