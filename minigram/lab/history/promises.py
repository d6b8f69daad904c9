"""What sessions were promised, each as a function: a history → the shortest violation, or None.

A promise is only found broken where no order of what happened could have kept it: a write without an answer may have
been done, or not, or be done later.
"""

import itertools
from collections.abc import Iterator, Sequence

from minigram.lab.history.operations import History, Operation, possible
from minigram.lab.history.violation import Violation, shortest


def no_lost_write(history: History) -> Violation | None:
    """What was acknowledged is there at the end, when everything that was broken has been mended."""
    return shortest(_lost(history))


def read_your_writes(history: History) -> Violation | None:
    """Within one session, a read after an acknowledged write shows it."""
    return shortest(_unread(history))


def monotonic_reads(history: History) -> Violation | None:
    """Within one session, a read never goes back behind what an earlier read showed, where nobody takes back."""
    return shortest(_backwards(history))


def nothing_twice(history: History) -> Violation | None:
    """A like or a follower counts once, and a comment stands once, however often the request was sent."""
    return shortest(_twice(history))


def _lost(history: History) -> Iterator[Violation]:
    promise = "no acknowledged write is lost"
    for session, thing, ops in history.by_session():
        for read in (op for op in ops if op.last):
            if read.look is not None and (evidence := _contradiction(ops, read)):
                shown = "is" if read.look.mine else "is not"
                yield Violation(promise, f"At the end the mark of {session} {shown} on {thing}.", evidence)
            for said in _missing(ops, read):
                yield Violation(promise, f"At the end {said.text} is not under {thing}.", [said, read], said.text)
    for thing, ops in history.by_thing():
        settled = [
            next(op for op in reversed(own) if op.outcome == "ok")
            for own in _writes(ops).values()
            if possible(own) == {True}
        ]
        for read in ops:
            if not read.last or read.look is None or read.look.count >= len(settled):
                continue
            yield Violation(
                promise,
                f"{len(settled)} marks of {thing} were acknowledged last.",
                [*settled[: read.look.count + 1], read],
            )


def _unread(history: History) -> Iterator[Violation]:
    promise = "read your writes"
    for session, thing, ops in history.by_session():
        for read in ops:
            if read.look is not None and (evidence := _contradiction(ops, read)):
                yield Violation(promise, f"{session} was not shown its own last change to {thing}.", evidence)
            for said in _missing(ops, read):
                yield Violation(promise, f"{session} was not shown {said.text}.", [said, read], said.text)


def _backwards(history: History) -> Iterator[Violation]:
    promise = "monotonic reads"
    taken_back = {
        thing: [op.began for op in ops if op.mark is False and op.outcome != "failed"]
        for thing, ops in history.by_thing()
    }
    for session, thing, ops in history.by_session():
        lists = [op for op in ops if op.texts is not None]
        for before, after in itertools.pairwise(lists):
            for text in sorted({*(before.texts or ())} - {*(after.texts or ())}):
                yield Violation(promise, f"{session} saw {text}, and then no longer.", [before, after], text)
        looks = [op for op in ops if op.look is not None]
        for before, after in itertools.pairwise(looks):
            kept = not any(began < after.ended for began in taken_back[thing])
            if kept and before.look and after.look and before.look.count > after.look.count:
                why = f"{session} saw fewer marks of {thing} than before, and nobody had taken one back."
                yield Violation(promise, why, [before, after])


def _twice(history: History) -> Iterator[Violation]:
    promise = "nothing counts twice"
    for thing, ops in history.by_thing():
        said = {op.text: op for op in ops if op.deed == "comment"}
        writes, shown = _writes(ops), {op.session for op in ops if op.last and op.look is not None and op.look.mine}
        for read in ops:
            for text in sorted({text for text in read.texts or () if (read.texts or ()).count(text) > 1}):
                yield Violation(promise, f"{text} stands under {thing} more than once.", [said[text], read], text)
            if read.look is not None:
                may = {session for session, own in writes.items() if _may_be_marked(own, read)}
                may |= shown if read.last else set()
                if read.look.count > len(may):
                    evidence = [op for session in may for op in _latest(writes.get(session, []), read)]
                    why = f"{thing} shows {read.look.count}, and only {len(may)} can have left a mark there."
                    yield Violation(promise, why, [*sorted(evidence, key=lambda op: op.began), read])


def _contradiction(ops: Sequence[Operation], read: Operation) -> list[Operation]:
    """What shows that the read cannot be right about the reader's own mark; nothing where it can."""
    assert read.look is not None
    writes = [op for op in ops if op.mark is not None and op.ended <= read.began]
    if read.look.mine in possible(writes):
        return []
    return [*[op for op in writes if op.outcome == "ok"][-1:], read]


def _missing(ops: Sequence[Operation], read: Operation) -> Iterator[Operation]:
    """The session's own comments that the read should have shown, and has not."""
    if read.texts is not None:
        for op in ops:
            if op.deed == "comment" and op.outcome == "ok" and op.ended <= read.began and op.text not in read.texts:
                yield op


def _writes(ops: Sequence[Operation]) -> dict[str, list[Operation]]:
    """By session, what may have changed its mark on the thing that the operations are about."""
    found: dict[str, list[Operation]] = {}
    for op in ops:
        if op.mark is not None and op.outcome != "failed":
            found.setdefault(op.session, []).append(op)
    return found


def _may_be_marked(writes: Sequence[Operation], read: Operation) -> bool:
    """Whether a session's mark may be in what was read. Before the end a server that lags may still count whatever
    was there once.
    """
    if read.last:
        return True in possible(writes)
    return any(op.mark and op.began < read.ended for op in writes)


def _latest(writes: Sequence[Operation], read: Operation) -> list[Operation]:
    """The last request for a mark: it may have left one, and a session leaves no more than that."""
    return [op for op in writes if op.mark and op.began < read.ended][-1:]
