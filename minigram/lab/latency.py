"""How long things took: an HdrHistogram of microseconds, spoken to in seconds and read in milliseconds."""

from collections.abc import Iterable

from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]

LONGEST = 3600  # seconds; what took longer is counted as this


class Latency:
    """A distribution of durations: three significant digits between 1 µs and an hour, in constant memory."""

    def __init__(self, seconds: Iterable[float] = ()) -> None:
        self._histogram = HdrHistogram(1, LONGEST * 1_000_000, 3)
        for duration in seconds:
            self._histogram.record_value(min(max(1, round(duration * 1e6)), LONGEST * 1_000_000))

    @property
    def count(self) -> int:
        return int(self._histogram.get_total_count())

    def ms(self, percentile: float) -> float:
        """The milliseconds that this percentage (0 to 100) of the durations stayed within; nan if none."""
        return self._histogram.get_value_at_percentile(percentile) / 1e3 if self.count else float("nan")

    def curve(self) -> list[tuple[float, float]]:
        """(percentile, milliseconds) at every half-way point to 100 %, for a plot of the tail."""
        if not self.count:
            return []
        steps = self._histogram.get_percentile_iterator(2)
        return [(step.percentile_level_iterated_to, step.value_iterated_to / 1e3) for step in steps]
