"""Monotonic reads: a number that only grows is looked at again and again, by sessions and by nobody in particular."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from minigram.databases.replicated.session import Session, reading_as
from minigram.lab.experiments.alone import NOTE, SAID, Alone
from minigram.lab.experiments.lag import lagging
from minigram.lab.experiments.stale import Looks

SESSIONS = 6
LATE = 200
"""Milliseconds by which one of the two replicas is late."""
PACE = 0.005
"""Seconds between two increments."""
OWN = 10
"""Of so many looks of a session, one comes after a write of its own, and has to go where that is."""

_NUMBER = 1
_OTHERS = count(2_000_000)


def going_back(group: Alone, looks: int, sessions: bool) -> Looks:
    """So many looks of each of a few people, one after the other; `stale` are those that show less than the same person
    has seen before. Without `sessions` any replica may answer any look."""
    people = [Session(partial(str, n)) for n in range(SESSIONS)]
    seen = [0] * SESSIONS
    back = 0
    with _growing(group), lagging(group.replicas[0], LATE):
        for look in range(looks):
            for number, session in enumerate(people):
                with ExitStack() as reading:
                    if sessions:
                        reading.enter_context(reading_as(session))
                    if look % OWN == number:
                        group.write(next(_OTHERS))
                    shown = int(group.home.read(SAID, id=_NUMBER)[0].said)
                back += shown < seen[number]
                seen[number] = max(shown, seen[number])
    return Looks(looks * SESSIONS, back)


@contextmanager
def _growing(group: Alone) -> Iterator[None]:
    """Somebody else counts up meanwhile."""
    over = threading.Event()
    with group.home.begin() as tx:
        tx.execute(insert(NOTE).values(id=_NUMBER, said="0").on_conflict_do_nothing())
    first = int(group.home.fresh.read(SAID, id=_NUMBER)[0].said)

    def go_on() -> None:
        for value in count(first + 1):
            if over.wait(PACE):
                return
            with group.home.begin() as tx:
                tx.execute(update(NOTE).where(NOTE.c.id == _NUMBER).values(said=str(value)))

    group.caught_up()
    with ThreadPoolExecutor(1) as pool:
        growing = pool.submit(go_on)
        try:
            yield
        finally:
            over.set()
        growing.result()
