"""The notebook runs as a student runs it, and its claims notice what is broken."""

import json
from typing import Any

import pytest

from minigram.course.notebooks import execute, notebooks
from minigram.lab.notebook import STAGE
from minigram.lab.results import BUILD
from minigram.stages import path_of
from minigram.system import Minigram
from tests.ch01_one_server import chaffs

STEM = "ch01_one_server"

# Exact claims must hold on any machine. The others may be unknown on a noisy one at the tiny scale, never failed.
EXACT = "= 0|≤ 4|≤ 16|≥ 1"


def run_notebook(scale: str = "tiny") -> dict[str, Any]:
    """Execute the notebook from the first cell to the last; what it recorded."""
    (path,) = notebooks(STEM)
    kept = BUILD / "results" / f"{STEM}.json"
    kept.unlink(missing_ok=True)
    execute(path, scale, lambda step: None)
    results: dict[str, Any] = json.loads(kept.read_text())
    return results


def verdicts(results: dict[str, Any]) -> dict[str, str]:
    return {claim["says"]: claim["verdict"] for claim in results["claims"]}


@pytest.mark.timeout(900)
def test_the_notebook_runs_twice_in_a_row() -> None:
    """Restart and run all works, and so it does once more; exact claims hold both times, and none fails."""
    for _ in range(2):
        results = run_notebook()
        exact = [claim for claim in results["claims"] if claim["bound"] in EXACT.split("|")]
        assert len(exact) == 7
        assert {claim["verdict"] for claim in exact} == {"pass"}, exact
        assert results["measurements"]["crash"]["durability"] == "fsync=on, synchronous_commit=on"
        assert set(results["figures"]) == {"diagram", "feed", "knee", "busy", "crash"}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("chaff", "noticed"),
    [
        (chaffs.OneQueryForEach, "A home feed takes as many statements"),
        (chaffs.OneQueryForEach, "A whole request for a feed of 20 photos"),
        (chaffs.OneQueryForEach, "A followee costs a feed at most"),
        (chaffs.OneAtATime, "The server answers what Little's law predicts"),
        (chaffs.BusyDatabase, "The web process gives first"),
        (chaffs.Forgetful, "No acknowledged post, like or comment is lost"),
        (chaffs.Patient, "Every request gets an answer"),
        (chaffs.Sulking, "One second after it is back nothing fails"),
    ],
)
def test_a_chaff_is_noticed(
    chaff: type[Minigram], noticed: str, monkeypatch: pytest.MonkeyPatch, seen: dict[str, dict[str, str]]
) -> None:
    """With one thing broken, the claim that watches it does not pass."""
    if chaff.__name__ not in seen:
        monkeypatch.setenv(STAGE, path_of(chaff))
        seen[chaff.__name__] = verdicts(run_notebook())
    (claim,) = [says for says in seen[chaff.__name__] if says.startswith(noticed)]
    assert seen[chaff.__name__][claim] == "fail"


@pytest.fixture(scope="module")
def seen() -> dict[str, dict[str, str]]:
    """The verdicts of the notebook with each chaff, run once."""
    return {}
