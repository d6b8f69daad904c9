"""What a history is made of: what each session did, when, what came of it, and what it was shown."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from minigram.lab.load import Event

if TYPE_CHECKING:
    from minigram.lab.history.primaries import Observation

Deed = Literal["like", "unlike", "follow", "unfollow", "comment", "look", "list"]
Outcome = Literal["ok", "failed", "unknown"]
"""Acknowledged; refused, and surely not done; without an answer, and so perhaps done, now or later."""

MARKS: dict[Deed, bool] = {"like": True, "unlike": False, "follow": True, "unfollow": False}
"""The deeds that set or clear a session's mark on a thing. Doing one twice changes nothing."""

_VERBS: dict[Deed, str] = {
    "like": "likes",
    "unlike": "likes no longer",
    "follow": "follows",
    "unfollow": "follows no longer",
    "comment": "comments on",
    "look": "looks at",
    "list": "reads the comments on",
}


@dataclass(frozen=True)
class Look:
    """What a photo or a profile shows: whether the reader's own mark is on it, and how many marks there are."""

    mine: bool
    count: int


@dataclass(frozen=True)
class Operation:
    """One request of a session, or one reading of all pages. Times are seconds since the start of the history.

    `thing` is a photo or another person. A comment's `text` tells it from all others.
    """

    session: str
    deed: Deed
    thing: str
    began: float
    ended: float
    outcome: Outcome
    status: int | None = None
    """Of the HTTP answer; None where there was none."""
    text: str = ""
    look: Look | None = None
    texts: tuple[str, ...] | None = None
    last: bool = False
    """Made after everything that was broken had been mended."""

    @property
    def mark(self) -> bool | None:
        """What it makes of the session's mark on the thing; None where it is about something else."""
        return MARKS.get(self.deed)

    def line(self, about: str = "") -> str:
        """What was done and what came of it, in a few words; `about` is the text of a comment to tell of."""
        return f"{self.session} {_VERBS[self.deed]} {self.thing}: {self._came(about)}"

    def _came(self, about: str) -> str:
        if self.look is not None:
            return f"{self.look.count} in all, {'one' if self.look.mine else 'none'} of them {self.session}'s"
        if self.texts is not None:
            there = {0: "without", 1: "with"}.get(self.texts.count(about), f"{self.texts.count(about)} times")
            return f"{len(self.texts)} comments" + (f", {there} {about}" if about else "")
        came = {"ok": "ok", "failed": f"{self.status or 'not sent'}, surely not done"}.get(
            self.outcome, f"{self.status or 'no answer'}, perhaps done"
        )
        return f"{self.text}, {came}" if self.text else came


@dataclass(frozen=True)
class History:
    """Everything that all sessions did, in the order in which it began, and which nodes took writes meanwhile.

    `patience` is after how many seconds a session gave up; `events` are the faults.
    """

    operations: tuple[Operation, ...]
    observations: "tuple[Observation, ...]" = ()
    events: tuple[Event, ...] = ()
    patience: float = 10.0

    @property
    def acknowledged(self) -> int:
        """How many writes were acknowledged."""
        return sum(op.outcome == "ok" and op.deed not in ("look", "list") for op in self.operations)

    @property
    def unanswered(self) -> list[Operation]:
        """What got no answer within the patience."""
        return [op for op in self.operations if op.outcome != "ok" and op.ended - op.began >= self.patience]

    @property
    def longest(self) -> float:
        """How many seconds somebody waited at most."""
        return max((op.ended - op.began for op in self.operations), default=0.0)

    def by_session(self) -> Iterator[tuple[str, str, list[Operation]]]:
        """(session, thing, what that session did with that thing, one after another)."""
        found: dict[tuple[str, str], list[Operation]] = defaultdict(list)
        for op in self.operations:
            found[op.session, op.thing].append(op)
        yield from ((session, thing, ops) for (session, thing), ops in found.items())

    def by_thing(self) -> Iterator[tuple[str, list[Operation]]]:
        """(thing, what anybody did with it, in the order in which it began)."""
        found: dict[str, list[Operation]] = defaultdict(list)
        for op in self.operations:
            found[op.thing].append(op)
        yield from found.items()


def possible(writes: Sequence[Operation]) -> set[bool]:
    """What a mark can be after these writes of the one session that writes it: what was acknowledged last, or what
    anything without an answer would make of it, which may take effect at any later time.
    """
    settled, pending = {False}, set[bool]()
    for op in writes:
        if op.mark is not None and op.outcome == "ok":
            settled = {op.mark}
        elif op.mark is not None and op.outcome == "unknown":
            pending.add(op.mark)
    return settled | pending
