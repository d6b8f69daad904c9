"""When people come: they know nothing of each other, and nothing of how the server fares."""

import random
from collections.abc import Iterator


def poisson(rate: float, seconds: float, rng: random.Random) -> Iterator[float]:
    """Moments in [0, seconds) with gaps of 1/rate on average: as people come who do not confer."""
    moment = rng.expovariate(rate)
    while moment < seconds:
        yield moment
        moment += rng.expovariate(rate)


def even(rate: float, seconds: float) -> Iterator[float]:
    """Moments in [0, seconds), exactly 1/rate apart: for arithmetic."""
    for number in range(round(rate * seconds)):
        yield number / rate
