"""The relay: a process that hands over what publishers have left in the outboxes, until it is told to stop.

python -m minigram.outbox.relay
"""

import logging
import signal
import threading

from minigram.addresses import Addresses
from minigram.databases import Unavailable
from minigram.databases.sharded.databases import ShardedDatabases
from minigram.outbox.hand_over import HandOver
from minigram.outbox.table import EVERY, ONCE, shard_at
from minigram.stages import build
from minigram.stages.ch03_sharding import Sharded

PERIOD = 0.5
"""Seconds between two looks at an outbox."""
AGE = 0.5
"""Seconds for which an event is left to whoever has published it."""
SERVERS = 2.0
"""Seconds between two looks at which servers there are."""
PAGE = 500

_LEFT = (
    b'SELECT id, "by", at FROM public.outbox'
    b" WHERE id > $1 AND made_at < now() - make_interval(secs => $2) ORDER BY id LIMIT $3"
)

log = logging.getLogger(__name__)


class Relay:
    def __init__(self, databases: ShardedDatabases, hand_over: HandOver, stopping: threading.Event) -> None:
        self._databases, self._hand_over, self._stopping = databases, hand_over, stopping

    def run(self) -> None:
        """Look after every server that there is, and that is added, each in a thread of its own."""
        watches: dict[str, threading.Thread] = {}
        while True:
            try:
                for server in set(self._databases.map.servers()) - watches.keys():
                    watches[server] = threading.Thread(target=self._watch, args=(server,), name=f"relay {server}")
                    watches[server].start()
            except Unavailable as error:
                log.warning("the map cannot be read: %s", error)
            if self._stopping.wait(SERVERS):
                break
        for watch in watches.values():
            watch.join()

    def hand_over(self, server: str, age: float = AGE) -> None:
        """Hand over once what has been in the server's outbox for so many seconds, as far as that is possible now."""
        after, seen, away = 0, set[int](), set[str]()
        while rows := self._databases.routes.node(server).fresh.read(_LEFT, [after, age, PAGE]):
            for row in rows:
                after = row.id
                if self._stopping.is_set() or row.by in seen:
                    continue
                if self._whom(row.at) in away or (away and row.at == EVERY):
                    continue
                seen.add(row.by)
                at: str | None = row.at
                try:
                    while at is not None:
                        at = self._hand_over.step(server, row.by, at)
                except Unavailable as error:
                    away.add(self._whom(str(at)))
                    log.warning("events by %s on %s have to wait: %s", row.by, server, error)
                except Exception:
                    log.exception("events by %s on %s have to wait", row.by, server)

    def _watch(self, server: str) -> None:
        while not self._stopping.wait(PERIOD):
            try:
                self.hand_over(server)
            except Unavailable as error:
                log.warning("the outbox of %s cannot be read: %s", server, error)
            except Exception:
                log.exception("the outbox of %s", server)

    def _whom(self, at: str) -> str:
        """Who has to answer: the server of the home of this name, or what stands for several."""
        return at if at in (EVERY, ONCE) else self._databases.map.place(shard_at(at)).server


def main() -> None:
    """Run until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stopping = threading.Event()
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: stopping.set())
    with build(Addresses.load()) as system:
        assert isinstance(system, Sharded)
        while not stopping.is_set():
            try:
                Relay(system.databases, system.hand_over, stopping).run()
            except Unavailable as error:  # as long as the map has never been read
                log.warning("the map cannot be read: %s", error)
                stopping.wait(PERIOD)


if __name__ == "__main__":
    main()
