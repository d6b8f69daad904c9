"""A checker of histories."""

from collections.abc import Iterator
from typing import Any

PROMISES = "read your writes", "monotonic reads", "no write lost"

Found = tuple[list[int], int]
"""The places of the operations in the history, ascending, and which promise they break."""


def violation(operations: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The shortest part of a history that breaks a promise, and which; None where every promise may have been kept."""
    photos: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for place, one in enumerate(operations):
        photos.setdefault(one["photo"], []).append((place, one))
    for look in (_pairs, _triples):
        if found := [one for photo in photos.values() for one in look(photo)]:
            places, promise = min(found)
            return {"promise": PROMISES[promise], "operations": places}
    return None


def _pairs(photo: list[tuple[int, dict[str, Any]]]) -> Iterator[Found]:
    """Acknowledged writes that a read had to show, and reads that go back."""
    reads = [(place, one, set(one["saw"])) for place, one in photo if one["do"] == "read"]
    for at, read, saw in reads:
        for place, write in _missing(photo, saw):
            if write["ended"] < read["began"] and (write["session"] == read["session"] or read["fresh"]):
                yield sorted([place, at]), 0 if write["session"] == read["session"] else 2
        for place, earlier, shown in reads:
            if earlier["session"] == read["session"] and earlier["ended"] < read["began"] and shown - saw:
                yield sorted([place, at]), 1


def _triples(photo: list[tuple[int, dict[str, Any]]]) -> Iterator[Found]:
    """An acknowledged write that is missing where a later one is shown: no replica has ever been in such a state."""
    for at, read in photo:
        if read["do"] == "read":
            saw = set(read["saw"])
            shown = [(place, one) for place, one in photo if one["do"] == "write" and one["comment"] in saw]
            latest = max((one["began"] for _, one in shown), default=0)
            for place, write in _missing(photo, saw):
                if write["ended"] < latest:
                    yield from (
                        (sorted([place, later, at]), 2) for later, one in shown if write["ended"] < one["began"]
                    )


def _missing(photo: list[tuple[int, dict[str, Any]]], saw: set[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The acknowledged writes that are not among what was seen."""
    for place, one in photo:
        if one["do"] == "write" and one["outcome"] == "acknowledged" and one["comment"] not in saw:
            yield place, one
