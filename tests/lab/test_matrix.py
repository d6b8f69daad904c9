"""The fault matrix notices what a fault breaks, and stops whatever it has started."""

import os
import re
from contextlib import closing
from itertools import islice

import pytest

from minigram.lab.history import PROMISES
from minigram.lab.leftovers import processes_of, runs
from minigram.lab.matrix import matrix, turns
from minigram.lab.rounds import FAULTS
from minigram.lab.running import running
from minigram.stages.ch01_one_server import OneServer
from tests.ch01_one_server.chaffs import Forgetful, Patient
from tests.servers.small import Twice


def test_those_of_a_kind_take_turns() -> None:
    """Two servers of one kind meet each fault in turn, a round each; where every one is asked for, each meets all."""
    with running(Twice) as run:
        met = [(target.name, fault, number) for target, fault, number in turns(run, 3)]
        assert met == [
            ("main", "kill", 1), ("other", "kill", 2), ("main", "kill", 3),
            ("other", "pause", 1), ("main", "pause", 2), ("other", "pause", 3),
            ("main", "restart", 1), ("other", "restart", 2), ("main", "restart", 3),
        ]  # fmt: skip
        each = [(target.name, number) for target, fault, number in turns(run, 2, every=True) if fault == "kill"]
        assert each == [("main", 1), ("main", 2), ("other", 1), ("other", 2)]


@pytest.mark.timeout(120)
@pytest.mark.slow
def test_a_round_of_the_first_fault() -> None:
    """PostgreSQL is killed under load: people are told so, and nothing is lost; leaving the matrix stops all."""
    before = set(runs())
    with closing(matrix(OneServer)) as rounds:
        one = next(rounds)
        (run,) = [run for run, owner in runs().items() if run not in before and owner.pid == os.getpid()]
        assert processes_of(run)
    assert (one.target, one.kind, one.fault, one.number) == ("main", "postgres", "kill", 1)
    assert [event.what for event in one.load.events] == ["main killed", "main started", "main answers again"]
    assert one.problems == []
    assert one.load.errors.get("503", 0) > 0 and one.history.acknowledged > 0
    assert not processes_of(run) and not run.exists()


@pytest.mark.slow
def test_a_lost_write_is_a_problem() -> None:
    """With writes acknowledged before they are durable, the round says which promise the kill has broken."""
    lost = re.compile("kill main, round [123]: Broken: no acknowledged write is lost")
    with closing(matrix(Forgetful)) as rounds:
        kills = islice(rounds, 3)  # not every one of them loses something
        assert any(lost.search(problem) for one in kills for problem in one.problems)


@pytest.mark.slow
def test_a_request_without_an_answer_is_a_problem() -> None:
    """An app that lets people wait longer than they would is found out by the same round."""
    with closing(matrix(Patient)) as rounds:
        one = next(rounds)
    assert one.unanswered and any("got no answer within 10 s" in problem for problem in one.problems)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_fault_of_every_kind() -> None:
    """Each kind meets each fault, as often as asked, and in the same order."""
    met = [(one.kind, one.fault) for one in matrix(OneServer, rounds=1, promises=PROMISES[:1])]
    assert met == [(kind, fault) for kind in ("postgres", "gunicorn") for fault in FAULTS]
