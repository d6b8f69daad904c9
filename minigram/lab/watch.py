"""Watches the groups, and promotes a replica when a primary does not answer: `python -m minigram.lab.watch`.

It is one process on one machine. It takes what it cannot reach for dead; several watchers that agree by majority, as in
production, would not.
"""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import contextmanager
from types import FrameType

import psycopg

from minigram.databases.replicated import asking, failover, in_service
from minigram.databases.replicated.roles import Group, Roles, beside

EVERY = 0.25
"""Seconds between two probes of a server."""
PATIENCE = 2.0
"""Seconds within which a probe is answered. Less, and a busy machine would look like a dead one."""
MISSES = 3
"""So many probes in a row that are not answered mean that the server is dead."""
AT_ONCE = 128
"""Threads: more than one a server, for the probe of one that stands still outlasts its round."""


class Watch:
    def __init__(self, roles: Roles, groups: Callable[[], Mapping[str, in_service.Urls]]) -> None:
        """`groups` tells the members of each group of now, and where the superuser reaches them."""
        self._roles, self._groups = roles, groups
        self._misses: dict[str, int] = {}
        self._said: dict[str, str] = {}
        self._begun: dict[str, Future[None]] = {}
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="watch")

    def round(self, within: float | None = None) -> None:
        """Probe every server once, and do what has to be done about it.

        What takes longer than `within` seconds goes on, and the others have their next round meanwhile.
        """
        groups = self._groups()
        asked = {
            member: self._threads.submit(asking.state, url) for urls in groups.values() for member, url in urls.items()
        }
        end = time.monotonic() + PATIENCE
        answers: dict[str, asking.State] = {}
        for member, answer in asked.items():
            try:
                answers[member] = answer.result(max(0.0, end - time.monotonic()))
                self._misses[member] = 0
            except (psycopg.Error, TooLate):
                self._misses[member] = self.missed(member) + 1
        # At the same time: where a machine dies, several groups lose their primary.
        begun = {
            name: self._threads.submit(self._look_after, name, urls, answers)
            for name, urls in groups.items() if name not in self._begun
        }  # fmt: skip
        self._begun |= begun
        futures.wait(begun.values(), within)
        for name in [name for name, one in self._begun.items() if one.done()]:
            self._begun.pop(name).result()

    def missed(self, member: str) -> int:
        """How many probes in a row it has not answered."""
        return self._misses.get(member, 0)

    def _look_after(self, name: str, urls: in_service.Urls, answers: Mapping[str, asking.State]) -> None:
        """`answers` has who answers, and what it takes itself for."""
        with self._saying(name):
            self._fence(name, urls, answers)
            group = self._roles.of(name)
            # First: a replica that dies with its primary may have what no other has, so it is not forgotten.
            if group.primary is None or self.missed(group.primary) >= MISSES:
                if now := failover.take_over(self._roles, name, urls):
                    why = f"{group.primary} does not answer" if group.primary else "a change had been begun"
                    _say(f"{why}: {now.primary} is the primary of {name} from now on")
                return
            self._serve(group, urls, answers)

    def _fence(self, name: str, urls: in_service.Urls, answers: Mapping[str, asking.State]) -> None:
        for member in urls:
            former = member != self._roles.of(name).primary and member in answers and answers[member].leads
            if former and failover.fence_former(self._roles, name, member, urls):
                _say(f"{member} had been the primary of {name} before: it is fenced until it starts again")

    def _serve(self, group: Group, urls: in_service.Urls, answers: Mapping[str, asking.State]) -> None:
        """What the primary should know it knows, who is dead is out of service, and who has come back is in service."""
        assert group.primary is not None
        told = answers.get(group.primary)
        if told is not None and not failover.knows(group, told) and failover.remind(self._roles, group.name, urls):
            _say(f"{group.primary} has been told again that it is the primary of {group.name}, and whom it waits for")
        for member in group.replicas:  # first, for commits may wait for it, and each even where another one cannot
            if self.missed(member) >= MISSES:
                with self._saying(f"{group.name}, {member}"):
                    in_service.detach(self._roles, group.name, member, urls)
                    _say(f"{member} does not answer: it is out of service")
            elif member in answers and answers[member].leads:
                with self._saying(f"{group.name}, {member}"):
                    if in_service.disown(self._roles, group.name, member, urls):
                        _say(f"{member} has become a primary, and nobody named it one: it is out of service")
        for member in urls:
            with self._saying(f"{group.name}, {member}"):
                follows = member in answers and not answers[member].leads
                if follows and in_service.attach(self._roles, group.name, member, urls, within=1.0):
                    _say(f"{member} follows {group.primary}: it is in service")

    @contextmanager
    def _saying(self, name: str) -> Iterator[None]:
        """What cannot be done now is said once, and tried again in the next round."""
        try:
            yield
        except (asking.Refused, psycopg.Error) as error:
            if self._said.get(name) != str(error):
                self._said[name] = str(error)
                _say(f"{name}: {error}")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


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
        watch.round(within=PATIENCE)
    watch.close()


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
