"""The notebook runs as a student runs it, and its claims notice what is broken."""

import pytest

from minigram.system import Minigram
from tests.ch03_sharding import chaffs
from tests.notebooks import Noticed, each_chaff, runs_twice_in_a_row

STEM = "ch03_sharding"


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_the_notebook_runs_twice_in_a_row() -> None:
    """Restart and run all works, and so it does once more; exact claims hold both times."""
    exact = ("= 0", "= 1", "= 2", "= 5", "≥ 1", "≥ 3", "≤ 6", "≤ 0.65", "≥ 0.5", "≤ 0.45", "≤ 1.4", "≥ 1.3")
    results = runs_twice_in_a_row(STEM, exact, 30)
    assert set(results["figures"]) == {
        "diagram", "capped", "rows", "statements", "touched", "keys", "moving",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(900)
@each_chaff(
    1,
    [
        (chaffs.Broadcast, "Four servers of a tenth of a core each"),
        (chaffs.Lopsided, "No server has more than"),
        (chaffs.Lopsided, "While people look at anybody"),
        (chaffs.Broadcast, "Sharding does not help against one celebrity"),
        (chaffs.EveryShard, "A home feed of"),
        (chaffs.Broadcast, "A photo's page touches two shards"),
        (chaffs.AsksTwice, "Logging in asks the directory once"),
        (chaffs.Broadcast, "Beside that, it asks one shard"),
        (chaffs.InLine, "Asking all four servers"),
        (chaffs.Within, "Whoever follows somebody whose server is dead"),
        (chaffs.Forgetful, "Meanwhile the events wait"),
        (chaffs.Forgetful, "When the server is back, both ends"),
        (chaffs.LateRelay, "When the server is back, both ends"),
        (chaffs.Forgetful, "No edge of the whole town"),
        (chaffs.OneForAll, "Of 20,000 ids"),
        (chaffs.Backward, "Within a connection milliseconds never decrease"),
        (chaffs.OneForAll, "Each id tells the shard"),
        (chaffs.LaterEpoch, "From 27 June 2046 on"),
        (chaffs.Repaired, "Where one shard is asked for more"),
        (chaffs.Repaired, "Where connections race"),
        (chaffs.Repaired, "And on one hot shard their ids"),
        (chaffs.Repaired, "Where a clock steps back"),
        (chaffs.NotRepaired, "Of the repaired ids none comes twice"),
        (chaffs.NotRepaired, "And none goes back"),
        (chaffs.NotRepaired, "Four connections that draw from one hot shard"),
        (chaffs.Backward, "The index of our ids"),
        (chaffs.OrderedUuids, "The index of uuid4"),
        (chaffs.Published, "Rows with our ids go in"),
        (chaffs.DealtAnew, "From four servers to five"),
        (chaffs.EveryTwentieth, "With hash % n"),
        (chaffs.OnlyLooks, "The 3 moves met"),
        (chaffs.NotDrained, "No acknowledged write is lost"),
        (chaffs.NotRevoked, "No acknowledged write is lost"),
        (chaffs.OldMap, "No request fails"),
        (chaffs.NotCleared, "Afterwards one server has the shard"),
        (chaffs.NumbersOfTheirOwn, "Every row lies in the logical shard"),
    ],
)
def test_a_chaff_is_noticed(chaff: type[Minigram], claim: str, noticed: Noticed) -> None:
    """With one thing broken, the claim that watches it does not pass."""
    assert noticed.verdict(chaff, claim) == "fail"


@pytest.fixture(scope="module")
def noticed() -> Noticed:
    return Noticed(STEM)
