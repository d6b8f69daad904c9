"""Who moves shards: step by step, and whatever was begun before is gone on with."""

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Self

from psycopg import sql

from minigram.databases.sharded.moving import copying, cut_over
from minigram.databases.sharded.moving.moves import Move, Moves, Refused, Step
from minigram.databases.sharded.moving.site import Q, Site, Stopped

PATIENCE = 300.0
"""Seconds that one step may take."""
AGAIN = 0.2
"""Seconds between two attempts to cut over."""


@dataclass(frozen=True)
class Moved:
    """A move that has come to its end. `seconds` are those of this run."""

    shard: int
    source: str
    target: str
    rows: int
    seconds: float
    pause_ms: float | None
    """For how long writers of the shard were held and refused; None where the cut-over was in an earlier run."""


class Mover:
    """Within its block, the only one who moves shards.

    `servers` are the superuser's URLs by name; `main` has the map. `create` gives the statements for a shard's schema.
    `settle` is given the name of a server that refuses a shard from now on, and returns when nobody who reads from it
    could still see the shard there.
    """

    def __init__(
        self,
        servers: Mapping[str, str],
        create: Callable[[int], Iterable[str]],
        settle: Callable[[str], None],
        patience: float = PATIENCE,
    ) -> None:
        self._sites = {name: Site(name, url) for name, url in servers.items()}
        self._create, self._settle, self._patience = create, settle, patience
        self.moves = Moves(self._sites["main"])
        self._pause: float | None = None

    def __enter__(self) -> Self:
        with ExitStack() as failing:
            failing.callback(self.__exit__)
            self.moves.claim()
            failing.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        for site in self._sites.values():
            site.close()

    def move(self, shard: int, to: str, say: Callable[[Move], None] = lambda _: None) -> Moved:
        """Move a shard, or go on with its move; `say` is told of each step that is done. Raises Refused and Stopped."""
        begun, move = time.monotonic(), None
        for move in self.steps(shard, to):
            say(move)
        assert move is not None
        target = self._site(move.target)
        rows = sum(
            target.one(sql.SQL("SELECT count(*) FROM {}").format(Q(move.schema, table)))
            for table in target.tables(move.schema)
        )
        return Moved(shard, move.source, move.target, rows, time.monotonic() - begun, self._pause)

    def steps(self, shard: int, to: str) -> Iterator[Move]:
        """The same, yielding after each step. Whoever stops in between leaves a move that can be gone on with."""
        move = self.moves.of(shard)
        if move is None:
            move = self.moves.begin(shard, to)
        elif move.step is Step.GIVEN_UP:
            raise Refused(f"The move to {move.target} was given up, and something of it is left. Give it up again.")
        elif move.target != to:
            raise Refused(
                f"Shard {shard} is on its way from {move.source} to {move.target} ({move.step}). "
                "Move it there, or give that up, first."
            )
        self._pause = None
        yield move
        while move.step is not Step.MOVED:
            move = self._step(move)
            yield move
        self._clear(move)

    def give_up(self, shard: int) -> Move:
        """The source stays the owner, and nothing of the move is left. Raises Refused once it is decided."""
        move = self.moves.of(shard)
        if move is None:
            raise Refused(f"Shard {shard} is not on its way anywhere.")
        if move.step in (Step.DECIDED, Step.MOVED):
            raise Refused(f"Shard {shard} belongs to {move.target} already. Let the move come to its end.")
        if move.step is not Step.GIVEN_UP:
            move = self.moves.record(move, Step.GIVEN_UP)
        source, target = self._site(move.source), self._site(move.target)
        cut_over.give_back(move, source)
        copying.end(move, source, target)
        source.ask(sql.SQL("DROP PUBLICATION IF EXISTS {}").format(Q(move.name)))
        copying.remove(move, target)
        self.moves.end(move)
        return move

    def _step(self, move: Move) -> Move:
        source, target = self._site(move.source), self._site(move.target)
        match move.step:
            case Step.BEGUN:
                copying.prepare(move, source, target, self._create(move.shard))
                return self.moves.record(move, Step.PREPARED)
            case Step.PREPARED:
                copying.publish(move, source)
                return self.moves.record(move, Step.PUBLISHED)
            case Step.PUBLISHED:
                copying.copy(move, source, target, self._patience)
                copying.catch_up(move, source, target, self._patience)
                return self.moves.record(move, Step.COPIED)
            case _:
                return self._cut_over(move, source, target)

    def _cut_over(self, move: Move, source: Site, target: Site) -> Move:
        if move.step is Step.COPIED:
            copying.readdress(move, source, target)
        end = time.monotonic() + self._patience
        for attempt in count():
            try:
                with _undisturbed():
                    begun = None
                    if move.step is Step.COPIED:
                        begun = cut_over.refuse(move, source, target, attempt)
                        move = self.moves.record(move, Step.DECIDED)
                    with source.answering():
                        self._settle(move.source)
                    cut_over.admit(move, target)
                    move = self.moves.hand_over(move)
                    self._pause = begun and (time.monotonic() - begun) * 1000
                    return move
            except cut_over.Busy as busy:
                if time.monotonic() > end:
                    raise Stopped(
                        f"tried for {self._patience:g} s in vain to hold the shard's writers: {busy}"
                    ) from busy
                time.sleep(AGAIN)
        raise AssertionError

    def _clear(self, move: Move) -> None:
        source, target = self._site(move.source), self._site(move.target)
        copying.end(move, source, target)
        if source.ask("SELECT 1 FROM pg_publication WHERE pubname = %s", move.name):
            # Both, or none: whoever was overtaken here must not drop a schema that has come back since.
            with source.transaction() as connection:
                connection.execute(sql.SQL("DROP PUBLICATION {}").format(Q(move.name)))
                connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(Q(move.schema)))
        self.moves.end(move)

    def _site(self, name: str) -> Site:
        if name not in self._sites:
            raise Refused(f"Nobody knows where {name} runs. There are: {', '.join(self._sites)}.")
        return self._sites[name]


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits until the end of the block, unless it is pressed again: in its middle nobody would be let in."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []

    def press(number: int, _: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt
