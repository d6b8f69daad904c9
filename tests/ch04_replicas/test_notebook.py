"""The notebook runs as a student runs it, and its claims notice what is broken."""

import pytest

from minigram.system import Minigram
from tests.ch04_replicas import chaffs
from tests.notebooks import Noticed, each_chaff, runs_twice_in_a_row

STEM = "ch04_replicas"


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_the_notebook_runs_twice_in_a_row() -> None:
    """Restart and run all works, and so it does once more; exact claims hold both times."""
    results = runs_twice_in_a_row(STEM, ("= 0", "= 1", "= 2", "≥ 1"), 12)
    assert set(results["figures"]) == {"diagram", "lag", "take_over"}


@pytest.mark.slow
@pytest.mark.timeout(900)
@each_chaff(
    1,
    [
        (chaffs.AllFromPrimaries, "Of an ordinary day's statements"),
        (chaffs.AllFromPrimaries, "Of the rows that people look at"),
        (chaffs.DirectoryWithout, "Without sessions at least"),
        (chaffs.OneForAll, "Without sessions at least"),
        (chaffs.Applied, "Without the LSN"),
        (chaffs.Applied, "The history checker finds"),
        (chaffs.NothingKept, "With the LSN nobody misses"),
        (chaffs.NothingKept, "In a history with late replicas"),
        (chaffs.SessionsAnywhere, "Whoever has just signed up"),
        (chaffs.AlwaysLate, "Where the replicas are 5 ms late waiting pays"),
        (chaffs.Impatient, "Where the replicas are 100 ms late"),
        (chaffs.Roams, "A session never goes back"),
        (chaffs.Careful, "Asynchronous: acknowledged writes"),
        (chaffs.NobodyWaits, "Synchronous: no acknowledged write"),
        (chaffs.UntilSeen, "A write that waits for a replica"),
        (chaffs.NobodyWatches, "Nobody can write for"),
        (chaffs.NobodyWatches, "One second after another primary"),
        (chaffs.NobodyWatches, "Both groups had another primary"),
        (chaffs.OldOneComesBack, "The old primary was started again"),
        (chaffs.OldOneComesBack, "While primaries are killed"),
        (chaffs.NobodyFences, "One server of each takes writes then"),
    ],
)
def test_a_chaff_is_noticed(chaff: type[Minigram], claim: str, noticed: Noticed) -> None:
    """With one thing broken, the claim that watches it does not pass."""
    assert noticed.verdict(chaff, claim) == "fail"


@pytest.fixture(scope="module")
def noticed() -> Noticed:
    return Noticed(STEM)
