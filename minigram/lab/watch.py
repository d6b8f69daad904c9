"""Watches the groups, and promotes a replica when a primary does not answer: `python -m minigram.lab.watch`.

It is one process on one machine. It takes what it cannot reach for dead; several watchers that agree by majority, as in
production, would not.
"""

import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from types import FrameType

import psycopg

from minigram.databases.replicated import asking, failover
from minigram.databases.replicated.roles import Group, Roles, beside

EVERY = 0.25
"""Seconds between two probes of a server."""
PATIENCE = 2.0
"""Seconds within which a probe is answered. Less, and a busy machine would look like a dead one."""
MISSES = 3
"""So many probes in a row that are not answered mean that the server is dead."""
AT_ONCE = 64
"""So many probes at a time: more than one a server, for that of one which stands still outlasts its round."""


class Watch:
    def __init__(self, roles: Roles, groups: Callable[[], Mapping[str, failover.Urls]]) -> None:
        """`groups` tells the members of each group of now, and where the superuser reaches them."""
        self._roles, self._groups = roles, groups
        self._misses: dict[str, int] = {}
        self._said: dict[str, str] = {}
        self._probes = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="probe")

    def round(self) -> None:
        """Probe every server once, and do what has to be done about it."""
        groups = self._groups()
        asked = {
            member: self._probes.submit(asking.leads, url) for urls in groups.values() for member, url in urls.items()
        }
        end = time.monotonic() + PATIENCE
        answers: dict[str, bool] = {}
        for member, answer in asked.items():
            try:
                answers[member] = answer.result(max(0.0, end - time.monotonic()))
                self._misses[member] = 0
            except (psycopg.Error, TooLate):
                self._misses[member] = self._misses.get(member, 0) + 1
        for name, urls in groups.items():
            try:
                self._look_after(self._roles.of(name), urls, answers)
            except (asking.Refused, psycopg.Error) as error:
                self._say_once(name, str(error))

    def _look_after(self, group: Group, urls: failover.Urls, answers: Mapping[str, bool]) -> None:
        """`answers` has who answers, and whether it takes itself for a primary."""
        for member in urls:
            former = member != group.primary and answers.get(member) is True
            if former and failover.fence_former(self._roles, group.name, member, urls):
                _say(f"{member} had been the primary of {group.name} before: it is fenced until it starts again")
        # Before anything else: a replica that dies with its primary may have what no other has, so it is not forgotten.
        if group.primary is None or self._misses[group.primary] >= MISSES:
            now = failover.promote(self._roles, group, failover.best(group, urls), urls)
            _say(f"{group.primary or 'nobody'} answered as the primary of {group.name}: {now.primary} is, from now on")
            return
        for member in urls:
            if member in group.replicas and self._misses[member] >= MISSES:
                failover.detach(self._roles, group.name, member, urls)
                _say(f"{member} does not answer: it is out of service")
            if answers.get(member) is False and failover.attach(self._roles, group.name, member, urls, within=1.0):
                _say(f"{member} follows {group.primary}: it is in service")

    def _say_once(self, name: str, what: str) -> None:
        if self._said.get(name) != what:
            self._said[name] = what
            _say(f"{name}: {what}")

    def close(self) -> None:
        self._probes.shutdown(wait=False, cancel_futures=True)


def main() -> None:
    from minigram.lab.attached import OPERATOR, attached
    from minigram.lab.replicas import groups_of

    over = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGTERM, end)
    found = attached()
    while not (found.run / OPERATOR).exists():  # it is written when all of the app has started
        if over.wait(EVERY):
            return
    watch = Watch(beside(found.addresses.media), lambda: groups_of(found))
    while not over.wait(EVERY):
        watch.round()
    watch.close()


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
