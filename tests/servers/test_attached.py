"""A command in another terminal finds the app that runs, and can give it one server more."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from minigram.addresses import VARIABLE, Addresses
from minigram.lab.attached import OPERATOR, Attached
from minigram.lab.leftovers import processes_of
from minigram.lab.running import running

from .small import Served, Twice

ONE_MORE = """
from minigram.addresses import Need
from minigram.lab.attached import attached
attached().start(Need("postgres", "third", setup=("CREATE TABLE third (id int)",)))
"""


def other_terminal(code: str, run: Path | None) -> "subprocess.CompletedProcess[str]":
    """Another process, told of this run alone, or of none."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    if run is not None:
        environment[VARIABLE] = str(run / "addresses.json")
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def test_a_server_that_another_terminal_starts_outlives_it_and_ends_with_the_run(native: None) -> None:
    """It answers after its starter has ended, the run's files know it, and nothing of it is left at the end."""
    with running(Served) as found:
        done = other_terminal(ONE_MORE, found.run)
        assert done.returncode == 0, done.stderr
        known = Attached(found.run).known
        assert {name: one.kind for name, one in known.items()} == {"main": "postgres", "third": "postgres", "web": ""}
        assert Addresses.load(found.path).servers["third"] == known["third"].url
        assert known["third"].pid in {process.pid for process in processes_of(found.run)}
        run = found.run
    assert not processes_of(run) and not run.exists()


def test_only_who_runs_it_may_read_the_passwords(native: None) -> None:
    """The operator's file is closed to everybody else."""
    with running(Served) as found:
        assert stat.S_IMODE((found.run / OPERATOR).stat().st_mode) == 0o600


@pytest.mark.usefixtures("native")
def test_of_several_runs_one_has_to_be_chosen() -> None:
    """The error names them, and says how to choose."""
    with running(Served), running(Served):
        done = other_terminal("from minigram.lab.attached import attached; attached()", None)
    assert done.returncode != 0 and f"choose one: {VARIABLE}=" in done.stderr


def test_servers_without_processes_are_not_the_app(native: None) -> None:
    """A run that no person could visit is not one to attach to."""
    with running(Twice, processes=False) as found:
        assert not (found.run / OPERATOR).exists()
