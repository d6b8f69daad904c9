"""Sessions act on a running stage while it is broken and mended, and everything that they saw is kept."""

import random
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from minigram.lab import LabError
from minigram.lab.history.operations import Deed, History
from minigram.lab.history.primaries import Node, Probe, Watch
from minigram.lab.history.promises import no_lost_write, nothing_twice
from minigram.lab.history.sessions import Session
from minigram.lab.history.workload import Workload
from minigram.lab.load import Event, LoadError
from minigram.lab.load.plan import LONGEST
from minigram.lab.load.running import Beside, happening
from minigram.lab.pictures import landscape

PHOTOS = 4
"""How many photos all sessions share, so that they meet: half of them are kept, see Workload."""
THINK = 0.03
"""Seconds that a session waits at most before it acts again."""
SETTLES = 5.0
"""Seconds within which everybody sees what was done, when everything is whole."""
HEALS = 30.0
"""Seconds within which every read is answered again after everything was mended."""


def record(
    url: str,
    *,
    seconds: float,
    sessions: int = 6,
    beside: Sequence[Beside] = (),
    watching: Mapping[Node, Probe] | None = None,
    patience: float = 10.0,
    seed: int = 1,
) -> History:
    """So many sessions act for so many seconds on the stage at this address, while `beside` happens. When that has
    ended and is mended, each of them reads everything once more.

    `watching` says how to ask each node that may be a primary whether it takes writes.
    """
    if not 0 < seconds <= LONGEST:
        raise LoadError(f"a history lasts more than 0 and at most {LONGEST} seconds, not {seconds}")
    recording = Recording(url, sessions=sessions, watching=watching, patience=patience, seed=seed)
    with happening([*beside, recording], time.monotonic()) as events:
        recording.wait(seconds)
    return recording.history(events)


class Recording:
    """Sessions to be put beside a load, after the faults: those are ended, and so mended, first."""

    def __init__(
        self,
        url: str,
        *,
        sessions: int = 6,
        watching: Mapping[Node, Probe] | None = None,
        patience: float = 10.0,
        seed: int = 1,
    ) -> None:
        if not 2 <= sessions <= 64:
            raise LoadError(f"a history has 2 to 64 sessions, not {sessions}")
        self.patience = patience
        self.photos = photos = [f"photo {n + 1}" for n in range(PHOTOS)]
        names = [*(f"author{n + 1}" for n in range(PHOTOS)), *(f"p{n + 1}" for n in range(sessions))]
        with ThreadPoolExecutor(sessions) as pool:
            joined = list(pool.map(lambda name: Session(url, name, patience), names))
        authors, self.sessions = joined[:PHOTOS], joined[PHOTOS:]  # where an author lives, the photo's likes lie
        posted = [author.post(landscape(n)) for n, author in enumerate(authors)]
        self.paths = dict(zip(photos, posted, strict=True))
        self.paths |= {session.name: f"/api/people/{session.account}" for session in self.sessions}
        self._works = [
            Workload(
                session.name,
                photos[: PHOTOS // 2],
                photos[PHOTOS // 2 :],
                [other.name for other in self.sessions if other is not session],
                random.Random(f"{seed} {session.name}"),
            )
            for session in self.sessions
        ]
        self._watch = Watch(watching or {})
        self._over = threading.Event()
        self._interrupted = False

    def begin(self, started: float) -> None:
        """Each session acts in a thread; `started` is the start as time.monotonic() tells it."""
        self._started = started
        self._watch.begin(started)
        self._pool = ThreadPoolExecutor(len(self.sessions))
        self._acting = [self._pool.submit(self._act, *pair) for pair in zip(self.sessions, self._works, strict=True)]

    def wait(self, seconds: float) -> None:
        """Let them act for so long."""
        try:
            self._over.wait(max(0.0, self._started + seconds - time.monotonic()))
        except BaseException:
            self._interrupted = True
            raise

    def end(self) -> list[Event]:
        """They stop, and read everything for the last time."""
        self._over.set()
        with self._pool:
            self._watch.end()
            for acting in self._acting:
                acting.result()
            if not self._interrupted:
                self._read_all()
        return []

    def history(self, events: Sequence[Event] = ()) -> History:
        """What they have done and seen, with the faults' events."""
        operations = sorted((op for session in self.sessions for op in session.operations), key=lambda op: op.began)
        return History(tuple(operations), tuple(self._watch.observations), tuple(events), self.patience)

    def _act(self, session: Session, work: Workload) -> None:
        while not self._over.is_set():
            deed, thing, text = work.next()
            done = session.do(deed, thing, self.paths, self._started, text=text)
            work.done(done)
            # Who was refused or got no answer waits a little longer, as a person would.
            self._over.wait(work.rng.random() * THINK if done.outcome == "ok" else 2 * THINK)

    def _read_all(self) -> None:
        """Again and again until it shows what was acknowledged, or has had its time; the last reading counts."""
        end = time.monotonic() + SETTLES
        while True:
            before = [len(session.operations) for session in self.sessions]
            list(self._pool.map(self._read_each, self.sessions))
            history = self.history()
            if time.monotonic() > end or not (no_lost_write(history) or nothing_twice(history)):
                return
            for session, count in zip(self.sessions, before, strict=True):
                session.operations[count:] = [replace(op, last=False) for op in session.operations[count:]]

    def _read_each(self, session: Session) -> None:
        end = time.monotonic() + HEALS
        for thing in self.paths:
            for deed in _READS if thing in self.photos else _READS[:1]:
                while (read := session.do(deed, thing, self.paths, self._started, last=True)).outcome != "ok":
                    if time.monotonic() > end:
                        raise LabError(f"{HEALS:g} s after everything was mended: {read.line()}")
                    time.sleep(THINK)


_READS: tuple[Deed, ...] = ("look", "list")
