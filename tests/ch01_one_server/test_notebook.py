"""The notebook runs as a student runs it, and its claims notice what is broken."""

import pytest

from minigram.system import Minigram
from tests.ch01_one_server import chaffs
from tests.notebooks import Noticed, each_chaff, runs_twice_in_a_row

STEM = "ch01_one_server"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_notebook_runs_twice_in_a_row() -> None:
    """Restart and run all works, and so it does once more; exact claims hold both times."""
    results = runs_twice_in_a_row(STEM, ("= 0", "≤ 4", "≤ 16", "≥ 1"), 7)
    assert results["measurements"]["crash"]["durability"] == "fsync=on, synchronous_commit=on"
    assert set(results["figures"]) == {"diagram", "feed", "knee", "busy", "crash"}


@pytest.mark.slow
@pytest.mark.timeout(900)
@each_chaff(
    3,
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
def test_a_chaff_is_noticed(chaff: type[Minigram], claim: str, noticed: Noticed) -> None:
    """With one thing broken, the claim that watches it does not pass."""
    assert noticed.verdict(chaff, claim) == "fail"


@pytest.fixture(scope="module")
def noticed() -> Noticed:
    return Noticed(STEM)
