"""Submissions that attack the judge of a staged exercise, by SQL and by HTTP, and one judged beside them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.solutions.attacks.around import STAGED, Attack, honest, honest_elsewhere, judged

QUICK, SLOW = 60.0, 150.0


@pytest.mark.slow
def test_sql_gives_no_rights() -> None:
    """The role reads and writes rows; whatever else it tries is refused."""
    found = judged(Attack.of("takes_rights"), QUICK)
    assert found.points == 0
    assert "RuntimeError: got nothing" in found.seen[0].why


def test_likes_that_are_denied_are_missed() -> None:
    """Who gives no like counts none wrong, and gains nothing by it."""
    assert judged(Attack.of("denies_every_like"), QUICK).points == 0


def test_the_truth_cannot_be_removed() -> None:
    """Who deletes the likes that were given has nothing to count, and gains nothing by it."""
    assert judged(Attack.of("removes_the_truth"), QUICK).points == 0


@pytest.mark.slow
def test_what_a_block_does_is_seen() -> None:
    """A thousand statements in one DO block are one statement, and the pages that they look at are all counted."""
    found = judged(Attack.of("counts_in_a_block"), QUICK)
    assert "reads_few_rows" in {one.check for one in found.seen if not one.points}


@pytest.mark.slow
def test_counting_the_rows_is_seen() -> None:
    """Who reads the rows of likes only when judged is right, and is seen to read them."""
    found = judged(Attack.of("counts_the_rows_when_judged"), QUICK)
    assert [one.check for one in found.seen if not one.points] == ["reads_few_rows"]


@pytest.mark.slow
def test_counts_of_others_are_compared() -> None:
    """Who writes counters for photos of others is wrong about each of them; reading is what it still does right."""
    found = judged(Attack.of("counts_for_others"), QUICK)
    assert not {"exact_at_once", "exact_through_a_history"} & {one.check for one in found.seen if one.points}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["locks_and_holds", "opens_connections", "sleeps_in_the_database", "kills_its_server"])
def test_holding_the_servers_is_a_failure(name: str) -> None:
    """Who keeps the judge from its own servers, or ends its own, has failed, and is not waited for without end."""
    found = judged(Attack.of(name), SLOW)
    assert found.verdict == "fail"


@pytest.mark.slow
@pytest.mark.parametrize("kind", [
    "endless", "gigabyte", "drips a body", "drips headers", "continues", "headers", "too short", "too long", "no http",
    "deep", "closes", "never", "elsewhere", "zipped",
])  # fmt: skip
def test_odd_http_is_no_answer(kind: str) -> None:
    """Whatever is said in place of HTTP, it ends in time, and gains nothing."""
    assert judged(Attack.of("answers_http_oddly", KIND=kind), SLOW).points == 0


@pytest.mark.slow
def test_what_is_said_is_cut() -> None:
    """An error of many megabytes is told in a few lines."""
    assert judged(Attack.of("prints_a_long_error"), SLOW).verdict == "fail"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["opens_connections", "locks_and_holds"])
def test_others_get_their_full_mark(name: str) -> None:
    """An honest submission gets its full mark while this one is judged beside it, and right after it."""
    with ThreadPoolExecutor(1) as pool:
        attacking = pool.submit(judged, Attack.of(name), SLOW)
        beside = honest_elsewhere(STAGED)
    assert attacking.result().verdict == "fail"
    assert {one["verdict"] for one in beside["seen"]} == {"pass"}
    assert honest(STAGED).verdict == "pass"
