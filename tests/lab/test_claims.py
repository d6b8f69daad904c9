"""Claims pass, fail or are unknown, and nothing else."""

from collections.abc import Callable

import pytest

from minigram.lab.claims import Claim, Ratios, at_least, at_most, between, count, exactly, overall, ratio, readable


def rounds(*values: float) -> Callable[[float], Ratios]:
    return lambda length: Ratios(values)


def test_a_count_within_its_bound_passes_and_another_fails() -> None:
    """A claim over an exact count is never unknown."""
    assert count("four at most", 4, at_most(4)).verdict == "pass"
    assert count("four at most", 5, at_most(4)).verdict == "fail"
    assert count("none", 0, exactly(0)).verdict == "pass"
    assert count("none", 1, exactly(0)).verdict == "fail"


def test_a_ratio_is_judged_by_its_median() -> None:
    """One wild round out of five changes no verdict."""
    assert ratio("twice", rounds(2.1, 2.2, 2.3, 2.2, 0.1), at_least(2)).verdict == "pass"
    assert ratio("twice", rounds(2.1, 2.2, 2.3, 2.2, 9.0), at_least(2)).verdict == "pass"
    assert ratio("twice", rounds(1.1, 1.2, 1.3, 1.2, 1.25), at_least(2)).verdict == "fail"
    assert ratio("about one", rounds(0.9, 1.0, 1.1, 1.0, 1.0), between(0.8, 1.2)).verdict == "pass"


def test_rounds_that_scatter_across_the_bound_are_run_again_at_double_length() -> None:
    """A noisy machine gets a second chance; if that settles it, the verdict counts."""
    lengths = []

    def settles(length: float) -> Ratios:
        lengths.append(length)
        return Ratios([1, 3, 1, 3, 1] if length == 1 else [3, 3, 3, 3, 3])

    assert ratio("twice", settles, at_least(2)).verdict == "pass"
    assert lengths == [1, 2]


def test_rounds_that_scatter_twice_are_unknown() -> None:
    """Unknown says how far the rounds lay apart, and is not a pass."""
    claim = ratio("twice", rounds(1, 3, 1, 3, 1), at_least(2))
    assert claim.verdict == "unknown"
    assert claim.why == "rounds: 1 to 3"


def test_a_doubtful_run_is_unknown_whatever_it_measured() -> None:
    """What the instruments say of themselves outweighs what they say of the server."""
    claim = ratio("twice", lambda length: Ratios([5, 5, 5, 5, 5], ["the generator was late"]), at_least(2))
    assert claim.verdict == "unknown"
    assert claim.why == "the generator was late"


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [("pass pass", "pass"), ("pass unknown", "unknown"), ("fail unknown pass", "fail"), ("", "unknown")],
)
def test_many_claims_have_one_verdict(verdicts: str, expected: str) -> None:
    """A failure outweighs what is unknown, that outweighs what passes, and no claims are no pass."""
    claims = [Claim("…", 0, "", verdict) for verdict in verdicts.split()]  # type: ignore[arg-type]
    assert overall(claims) == expected


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (5, "5"), (34_785, "34,785"), (685_612.4, "685,612"), (17.04, "17"), (4.5331, "4.53"),
     (0.06667, "0.0667"), (0.0000346, "0.0000346"), (99.96, "100"), (-2.5, "-2.5"), (float("inf"), "inf")],
)  # fmt: skip
def test_numbers_are_shown_as_people_write_them(value: float, shown: str) -> None:
    """Three digits, or all those before the point; no exponent."""
    assert readable(value) == shown
