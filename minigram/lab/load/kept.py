"""What must be there after a fault, judged from the writes that were acknowledged before and during it."""

from collections.abc import Iterable
from dataclasses import dataclass

from minigram.lab.load.result import Write


@dataclass(frozen=True)
class Kept:
    """What the acknowledged writes promise."""

    made: dict[int | str, Write]
    """Photos and comments by the id that their maker was told: each must exist."""
    toggled: dict[tuple[str | None, str], bool]
    """Likes and follows by (person, path): whether it must be there, or must not."""


def kept(writes: Iterable[Write]) -> Kept:
    """The promises that can be judged from all writes of a run, acknowledged or not.

    A toggle whose last word is open is left out: a write without an acknowledgement may have been done or
    not, and of two that overlap in time either may have come last.
    """
    made: dict[int | str, Write] = {}
    toggles: dict[tuple[str | None, str], list[Write]] = {}
    for write in writes:
        if write.method != "POST":
            toggles.setdefault((write.person, write.path), []).append(write)
        elif write.outcome == "ok" and write.id is not None:
            made[write.id] = write
    toggled = {}
    for who, theirs in toggles.items():
        last = max(theirs, key=lambda write: write.sent)
        # A write that never was acknowledged may be done at any later time, so it rivals all others.
        rivals = [write for write in theirs if write.outcome != "ok" or write.answered > last.sent]
        if last.outcome == "ok" and {write.method for write in rivals} == {last.method}:
            toggled[who] = last.method == "PUT"
    return Kept(made, toggled)
