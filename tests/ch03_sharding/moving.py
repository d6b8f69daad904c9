"""Two servers between which shards move, writers who go on meanwhile, and who lets the app in."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import insert, select

from minigram.databases import Unavailable
from minigram.databases.ids import schema_of
from minigram.databases.sharded.databases import ShardedDatabases
from minigram.databases.sharded.home import Shard
from minigram.databases.sharded.moving.mover import Mover
from minigram.databases.sharded.moving.moves import Step
from minigram.lab.attached import OPERATOR, Attached
from minigram.lab.running import Running
from minigram.social.tables import people, photos
from minigram.stages.ch03_sharding import Sharded

PATIENCE = 60.0


class Two(Sharded):
    """Eight shards on two servers: db1 has the even ones, db2 the odd ones."""

    logical, servers = 8, 2


def mover(bench: Running, patience: float = PATIENCE) -> Mover:
    return Mover(urls(bench), lambda shard: Two.create([shard]), lambda server: None, patience)


def urls(bench: Running) -> dict[str, str]:
    """The superuser's, of the servers that were started with the app or later; of the one with the map, too."""
    app = Attached(bench.run)
    servers = app.known if (bench.run / OPERATOR).exists() else bench.servers
    return {name: one.admin_url for name, one in servers.items() if name == "main" or name.startswith("db")}


def ask(bench: Running, server: str, query: str, *values: object) -> list[tuple[object, ...]]:
    """What the superuser is told."""
    with psycopg.connect(urls(bench)[server], autocommit=True) as connection:
        cursor = connection.execute(query.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


def lets_in(bench: Running, shard: int) -> list[str]:
    """The servers that let the app look into the shard."""
    asked = "SELECT 1 FROM pg_namespace WHERE nspname = %s AND has_schema_privilege('minigram', oid, 'USAGE')"
    return [server for server in urls(bench) if ask(bench, server, asked, schema_of(shard))]


def named(bench: Running, shard: int) -> str:
    """The server that the map names."""
    ((server,),) = ask(bench, "main", "SELECT server FROM shards WHERE shard = %s", shard)
    return str(server)


def elsewhere(bench: Running, shard: int) -> str:
    """The server that does not have it."""
    return "db2" if named(bench, shard) == "db1" else "db1"


def left(bench: Running) -> list[tuple[object, ...]]:
    """What of a move is still somewhere: rows of the table of moves, slots, publications, subscriptions."""
    found = ask(bench, "main", "SELECT 'move', shard FROM moves")
    for server in urls(bench):
        found += ask(bench, server, "SELECT 'slot', slot_name FROM pg_replication_slots")
        found += ask(bench, server, "SELECT 'publication', pubname FROM pg_publication")
        found += ask(bench, server, "SELECT 'subscription', subname FROM pg_subscription")
    return found


class Writers:
    """People who sign up at one shard and post a photo in the same transaction, one after the other."""

    def __init__(self, databases: ShardedDatabases, shard: int) -> None:
        self.home = databases.shard(shard)
        self.acknowledged: list[int] = []
        self.unavailable = 0
        self.longest = 0.0
        """Seconds for the slowest that was acknowledged."""
        self.stopping = threading.Event()

    def write(self) -> None:
        while not self.stopping.is_set():
            begun = time.monotonic()
            try:
                id = born(self.home)
            except Unavailable:
                self.unavailable += 1
                continue
            self.longest = max(self.longest, time.monotonic() - begun)
            self.acknowledged.append(id)

    def lost(self) -> set[int]:
        return set(self.acknowledged) - set(kept(self.home))


def born(home: Shard) -> int:
    with home.begin() as tx:
        name = secrets.token_hex(8)
        new = insert(people).values(name=name, email=name, password_hash="").returning(people.c.id)
        id: int = tx.execute(new)[0].id
        tx.execute(insert(photos).values(author_id=id, media="", width=1, height=1, caption=""))
    return id


def kept(home: Shard) -> list[int]:
    rows = home.read(select(people.c.id, photos.c.id.label("photo")).join_from(people, photos))
    return [row.id for row in rows]


@contextmanager
def writing(databases: ShardedDatabases, shard: int, count: int = 3) -> Iterator[Writers]:
    """So many of them, until the block ends."""
    writers = Writers(databases, shard)
    threads = [threading.Thread(target=writers.write) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        writers.stopping.set()
        for thread in threads:
            thread.join(30)


def some(steps: list[Step], fast: Step) -> list[object]:
    """One of them in the fast suite, all in the thorough one."""
    marks = (pytest.mark.slow, pytest.mark.thorough)
    return [step if step is fast else pytest.param(step, marks=marks) for step in steps]
