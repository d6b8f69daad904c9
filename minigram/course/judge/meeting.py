"""Having requests really meet, in the app and in PostgreSQL, whatever the machine is doing."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import psycopg

from minigram.course.judge.staged import HELD, Staged
from minigram.course.judge.trouble import Trouble
from minigram.lab import LabError
from minigram.lab.waiting import until

T = TypeVar("T")

WAITING = 3.0
"""Seconds that we wait for those who have to meet, where they neither come nor end."""
NOTICED = 5.0
"""Seconds within which every web process has noticed that a server is back."""


def until_well(ask: Callable[[], T], well: Callable[[T], bool]) -> T:
    """After a server was away: ask until the answer is well, for a while. The last answer."""
    found: list[T] = []

    def is_well() -> bool:
        found.append(ask())
        return well(found[-1])

    until(is_well, NOTICED, every=0.02)
    return found[-1]


def writes_to(table: str) -> str:
    """Holds whoever would write to the table."""
    return f"LOCK TABLE {table} IN SHARE MODE"


def meet(
    case: Staged, deeds: Sequence[Callable[[], T]], together: int, hold: str, parameters: Sequence[object] = (),
    then: Callable[[], None] | None = None, server: str = "main",
) -> list[T]:  # fmt: skip
    """Do all of them, so many at a time, so that they meet: the statement `hold` keeps what the deeds need, until as
    many wait as can be on their way. Then it is rolled back, and they are let go, all at the same moment; or `then` is
    done first, a kill, just when they wait.
    """
    ended: list[None] = []

    def noted(deed: Callable[[], T]) -> Callable[[], T]:
        def do() -> T:
            try:
                return deed()
            finally:
                ended.append(None)

        return do

    with ThreadPoolExecutor(1) as pool:
        doing = None
        try:
            with psycopg.connect(case.running.servers[server].url, connect_timeout=5) as holding:
                holding.execute(hold.encode(), parameters)
                doing = pool.submit(case.at_once, [noted(deed) for deed in deeds], together)
                end = time.monotonic() + WAITING
                while time.monotonic() < end:
                    waiting = holding.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted").fetchone()
                    assert waiting is not None
                    if waiting[0] >= min(together, len(deeds) - len(ended)):
                        break
                    time.sleep(0.002)
                if then is not None:
                    then()
                holding.rollback()
        except psycopg.errors.LockNotAvailable:
            raise Trouble("hang", HELD) from None
        except psycopg.OperationalError as error:
            if doing is None or then is None:
                raise LabError(f"PostgreSQL '{server}' does not answer the judge: {error}") from error
        return doing.result()
