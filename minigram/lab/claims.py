"""What a notebook shows, as claims that can fail.

A claim is judged over counts, or over ratios of what was measured in the same run; an absolute time is shown, never
judged. A count is never unknown. A ratio is unknown when its rounds scatter across the bound: then nobody can tell.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "fail", "unknown"]

MARKS: dict[Verdict, str] = {"pass": "✓ pass", "fail": "✗ FAIL", "unknown": "? unknown"}


@dataclass(frozen=True)
class Bound:
    """What a measured value has to be: at least `low`, at most `high`."""

    low: float = float("-inf")
    high: float = float("inf")

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if self.low == self.high:
            return f"= {readable(self.low)}"
        low = f"≥ {readable(self.low)}" if self.low > float("-inf") else ""
        high = f"≤ {readable(self.high)}" if self.high < float("inf") else ""
        return f"{low} {high}".strip()


@dataclass(frozen=True)
class Claim:
    """`says` in a sentence what holds. `before` and `after` are what is compared, `value` what is judged."""

    says: str
    value: float
    bound: str
    verdict: Verdict
    before: str = ""
    after: str = ""
    published: str = ""
    why: str = ""


def at_most(most: float) -> Bound:
    return Bound(high=most)


def at_least(least: float) -> Bound:
    return Bound(low=least)


def exactly(value: float) -> Bound:
    return Bound(value, value)


def between(low: float, high: float) -> Bound:
    return Bound(low, high)


def count(says: str, value: float, bound: Bound, before: str = "", after: str = "", published: str = "") -> Claim:
    """A claim over an exact count: it passes or fails."""
    verdict: Verdict = "pass" if bound.holds(value) else "fail"
    return Claim(says, value, str(bound), verdict, before, after, published)


@dataclass(frozen=True)
class Ratios:
    """One ratio a round. `doubts` says why the rounds tell nothing, if so; the texts show what they compare."""

    values: Sequence[float]
    doubts: Sequence[str] = ()
    before: str = ""
    after: str = ""


def ratio(says: str, measure: Callable[[float], Ratios], bound: Bound, published: str = "") -> Claim:
    """A claim over a ratio. `measure(1)` runs the rounds; where they cannot tell, `measure(2)` runs them at double
    length, and where those cannot tell either the verdict is unknown."""
    claim = _judge(says, measure(1), bound, published)
    return claim if claim.verdict != "unknown" else _judge(says, measure(2), bound, published)


def overall(claims: Sequence[Claim]) -> Verdict:
    """One verdict for many: a failure outweighs what is unknown, and that outweighs what passes."""
    verdicts = {claim.verdict for claim in claims}
    return "fail" if "fail" in verdicts else "unknown" if "unknown" in verdicts or not claims else "pass"


def readable(value: float) -> str:
    """A number as people write it: three digits, or all those before the point; commas, and no exponent."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if places else text


def _judge(says: str, found: Ratios, bound: Bound, published: str) -> Claim:
    median = statistics.median(found.values)
    spread = f"rounds: {readable(min(found.values))} to {readable(max(found.values))}"
    if found.doubts:
        first, *more = found.doubts
        doubt = first + (f" (and {len(more)} more such doubts)" if more else "")
        return Claim(says, median, str(bound), "unknown", found.before, found.after, published, doubt)
    low, high = _middle(found.values)
    if bound.holds(low) != bound.holds(high):
        return Claim(says, median, str(bound), "unknown", found.before, found.after, published, spread)
    verdict: Verdict = "pass" if bound.holds(median) else "fail"
    return Claim(says, median, str(bound), verdict, found.before, found.after, published, spread)


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """The quartiles: the middle half of the rounds has to agree; of fewer than four rounds, all."""
    if len(values) < 4:
        return min(values), max(values)
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high
