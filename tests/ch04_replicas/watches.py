"""Watches that do something else than the chapter's: `python -m tests.ch04_replicas.watches <how>`."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import psycopg

from minigram.databases.replicated import asking, failover, in_service
from minigram.databases.replicated.roles import Roles, beside
from minigram.lab import watch
from minigram.lab.attached import OPERATOR, attached
from minigram.lab.replicas import groups_of

Groups = Mapping[str, in_service.Urls]


def nobody(roles: Roles, groups: Groups) -> None:
    """Watch nothing."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    over.wait()


def synchronous(roles: Roles, groups: Groups) -> None:
    """Have all commits wait for a replica, and watch as the chapter does."""
    for name, urls in groups.items():
        in_service.synchronous(roles, name, True, urls)
    watch.main()


def again(roles: Roles, groups: Groups) -> None:
    """Watch as the chapter does, and promote whoever was a primary before as soon as it is back in service."""
    failover.fence_former = lambda roles, name, member, urls: False
    threading.Thread(target=_promote_again, args=(roles, groups), daemon=True).start()
    watch.main()


def _promote_again(roles: Roles, groups: Groups) -> None:
    while not threading.Event().wait(0.05):
        for name, urls in groups.items():
            if name in roles.of(name).replicas:
                with suppress(psycopg.Error), asking.connect(urls[name]) as former:
                    former.execute("SELECT pg_promote() WHERE pg_is_in_recovery()")
                    in_service.detach(roles, name, name, urls)


def unfenced(roles: Roles, groups: Groups) -> None:
    """Watch as the chapter does, and let a former primary that wakes up go on."""
    failover.fence_former = lambda roles, name, member, urls: False
    watch.main()


WAYS: Mapping[str, Callable[[Roles, Groups], None]] = {
    "nobody": nobody, "synchronous": synchronous, "again": again, "unfenced": unfenced,
}  # fmt: skip

if __name__ == "__main__":
    found = attached()
    while not (found.run / OPERATOR).exists():  # it is written when all of the app has started
        time.sleep(watch.EVERY)
    WAYS[sys.argv[1]](beside(found.addresses.media), groups_of(found))
