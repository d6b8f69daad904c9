"""The notebook runs as a student runs it, and its claims notice what is broken."""

import pytest

from minigram.system import Minigram
from tests.ch02_web_tier import chaffs
from tests.notebooks import Noticed, each_chaff, runs_twice_in_a_row

STEM = "ch02_web_tier"


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_the_notebook_runs_twice_in_a_row() -> None:
    """Restart and run all works, and so it does once more; exact claims hold both times."""
    results = runs_twice_in_a_row(STEM, ("= 0", "≥ 1", "≤ 20", "≥ 0.3"), 23)
    assert set(results["figures"]) == {"diagram", "one_dies", "redeploy", "backends", "dns"}


@pytest.mark.slow
@pytest.mark.timeout(900)
@each_chaff(
    1,
    [
        (chaffs.Prepares, "Through nginx and PgBouncer no request fails"),
        (chaffs.OneWebServer, "Each of the three web servers answers"),
        (chaffs.AsksNobodyElse, "No GET fails when one of three web servers is killed"),
        (chaffs.AsksNobodyElse, "No PUT and no DELETE fails"),
        (chaffs.AsksNobodyElse, "A look whose web server dies"),
        (chaffs.AsksNobodyElse, "A like whose web server dies"),
        (chaffs.AsksNobodyElse, "Through nginx none does"),
        (chaffs.NoHealthCheck, "nginx leaves a dead web server alone"),
        (chaffs.RepeatsPosts, "A comment whose web server dies fails"),
        (chaffs.RepeatsPosts, "No comment is there twice"),
        (chaffs.RemembersItself, "Nobody has to log in again because a web server was killed"),
        (chaffs.RemembersItself, "Nobody has to log in again because all web servers were restarted"),
        (chaffs.OwnSecret, "Nobody has to log in again because a web server was killed"),
        (chaffs.OwnDisk, "A photo that was posted with one web server"),
        (chaffs.SessionsInPostgres, "Logging in and out takes PostgreSQL no transaction"),
        (chaffs.LeavesSessions, "Whoever deletes the account leaves no session"),
        (chaffs.NowhereToLogOut, "Whoever logs out everywhere"),
        (chaffs.Roomy, "PostgreSQL cannot serve 200 clients"),
        (chaffs.SessionPooling, "Through PgBouncer it serves"),
        (chaffs.Generous, "It has at most 20 processes"),
        (chaffs.Directly, "The web servers have no connection"),
        (chaffs.NothingKept, "A client that comes and goes costs PostgreSQL"),
    ],
)
def test_a_chaff_is_noticed(chaff: type[Minigram], claim: str, noticed: Noticed) -> None:
    """With one thing broken, the claim that watches it does not pass."""
    assert noticed.verdict(chaff, claim) == "fail"


@pytest.fixture(scope="module")
def noticed() -> Noticed:
    return Noticed(STEM)
