"""Percentiles that do not hide a stall. The statement says what is asked for."""


def report(requests: list[tuple[int, int, int | None]], per_mille: list[int]) -> list[int | None]:
    """For each of `per_mille` the wait that so many thousandths of the requests [due, sent, answered] stayed within."""
    raise NotImplementedError


def corrected(durations: list[int], interval: int) -> list[int]:
    """The durations of a closed loop and those that it has left out, in ascending order."""
    raise NotImplementedError
