"""What a session does next: chosen at random, from a seed, and so that each promise can be decided."""

import random
from collections.abc import Sequence

from minigram.lab.history.operations import MARKS, Deed, Operation

SHARES: dict[Deed, int] = {"look": 35, "list": 15, "like": 20, "unlike": 8, "comment": 10, "follow": 8, "unfollow": 4}


class Workload:
    """The deeds of one session. Nobody takes a like of one of the `kept` photos back, so their counts only grow.

    What got no answer may still be done later. So a session whose like got none never wants anything but that like
    again: it sends it once more, as people do, and what has to be there in the end stays decidable.
    """

    def __init__(
        self, name: str, kept: Sequence[str], others: Sequence[str], people: Sequence[str], rng: random.Random
    ) -> None:
        self.name, self.rng, photos = name, rng, [*kept, *others]
        self.things: dict[Deed, Sequence[str]] = {
            "look": [*photos, *people],
            "list": photos,
            "like": photos,
            "unlike": others,
            "comment": photos,
            "follow": people,
            "unfollow": people,
        }
        self.said = 0
        self.wanted: dict[str, bool] = {}
        self.written: Operation | None = None

    def next(self) -> tuple[Deed, str, str]:
        """(what to do, with which thing, what to say). Half of the time this is about what was just written."""
        written, self.written = self.written, None
        if written is not None and self.rng.random() < 0.5:
            again = written.mark is not None and written.outcome == "unknown"
            return (written.deed if again else "list" if written.text else "look"), written.thing, ""
        (deed,) = self.rng.choices(list(SHARES), list(SHARES.values()))
        thing = self.rng.choice(self.things[deed])
        mark, wanted = MARKS.get(deed), self.wanted.get(thing)
        if mark is not None and wanted is not None and mark != wanted:
            return "look", thing, ""
        if deed != "comment":
            return deed, thing, ""
        self.said += 1
        return deed, thing, f"{self.name}-{self.said}"

    def done(self, operation: Operation) -> None:
        """What came of it."""
        if operation.mark is not None and operation.outcome == "unknown":
            self.wanted[operation.thing] = operation.mark
        if operation.mark is not None or operation.text:
            self.written = operation
