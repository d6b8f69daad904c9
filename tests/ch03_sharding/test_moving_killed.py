"""The mover, the old owner or the new one is killed while a shard moves. Nothing is lost, and one is the owner."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from minigram.databases.sharded.databases import ShardedDatabases
from minigram.databases.sharded.moving.moves import Refused, Step
from minigram.databases.sharded.moving.site import Stopped
from minigram.lab.running import Running, running
from tests.behaviour.waiting import eventually
from tests.ch03_sharding.moving import Two, ask, born, elsewhere, kept, left, lets_in, mover, named, some, urls, writing

pytestmark = pytest.mark.slow

STEPS = [Step.BEGUN, Step.PREPARED, Step.PUBLISHED, Step.COPIED, Step.MOVED]

MOVER = """
import json, os, signal, sys
from minigram.databases.sharded.moving.mover import Mover
from tests.ch03_sharding.moving import Two

servers, shard, to, last = json.load(sys.stdin)
with Mover(servers, lambda shard: Two.create([shard]), lambda server: None) as moving:
    for move in moving.steps(shard, to):
        if move.step == last:
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def bench() -> Iterator[Running]:
    with running(Two, processes=False) as found:
        yield found


@pytest.fixture
def databases(bench: Running) -> Iterator[ShardedDatabases]:
    with Two(bench.addresses) as system:
        yield system.databases


def process(bench: Running, shard: int, to: str, last: Step | None = None) -> "subprocess.Popen[str]":
    """A mover in a process of its own, which kills itself after the last step that is asked of it."""
    started = subprocess.Popen([sys.executable, "-c", MOVER], stdin=subprocess.PIPE, text=True)
    assert started.stdin is not None
    started.stdin.write(json.dumps([urls(bench), shard, to, last]))
    started.stdin.close()
    return started


def finish(bench: Running, shard: int, to: str) -> None:
    """Go on with the move as soon as that is possible, to its end."""
    end = time.monotonic() + 60
    while True:
        try:
            if named(bench, shard) == to and not left(bench):
                return
            with mover(bench) as moving:
                moving.move(shard, to)
        except (Refused, Stopped, psycopg.OperationalError):  # a dead mover's claim is still held; servers are starting
            if time.monotonic() > end:
                raise


@contextmanager
def blocked(bench: Running, server: str, statement: str) -> Iterator[None]:
    """A transaction that has done this, and does not end before the block."""
    with psycopg.connect(bench.servers[server].admin_url) as connection:
        connection.execute(statement.encode())
        yield
        connection.rollback()


def waits(bench: Running, server: str) -> bool:
    """Whether somebody waits for a lock there."""
    return bool(ask(bench, server, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))


def in_order(bench: Running, databases: ShardedDatabases, shard: int, owner: str) -> None:
    """One owner, who has it in the map and lets the app in; nothing is left of the move."""
    assert [named(bench, shard)] == [owner] == lets_in(bench, shard) and left(bench) == []
    assert born(databases.shard(shard)) in kept(databases.shard(shard))


@pytest.mark.parametrize("step", some(STEPS, fast=Step.PUBLISHED))
def test_the_mover_is_killed(bench: Running, databases: ShardedDatabases, step: Step) -> None:
    """After any step: writers go on without an error, and another mover brings it to its end."""
    to = elsewhere(bench, 0)
    with writing(databases, 0) as writers:
        assert process(bench, 0, to, last=step).wait(60) == -9
        count = len(writers.acknowledged)
        eventually("people write on", lambda: len(writers.acknowledged) > count + 5)
        finish(bench, 0, to)
    assert writers.lost() == set() and writers.unavailable == 0
    in_order(bench, databases, 0, to)


@pytest.mark.parametrize("back", [True, False])
def test_the_mover_is_killed_when_nobody_lets_the_app_in(
    bench: Running, databases: ShardedDatabases, back: bool
) -> None:
    """The source refuses already, and it is not decided yet: it can go back as well as forward."""
    source, to = named(bench, 2), elsewhere(bench, 2)
    person = born(databases.shard(2))
    process(bench, 2, to, last=Step.COPIED).wait(60)
    with blocked(bench, "main", "SELECT 1 FROM moves FOR UPDATE"):
        moving = process(bench, 2, to)
        eventually("the mover is about to decide", lambda: waits(bench, "main"), within=30)
        assert lets_in(bench, 2) == []
        moving.kill()
        moving.wait(10)
        ask(bench, "main", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    eventually("the claim of the dead is gone", lambda: not claimed(bench))
    if back:
        with mover(bench) as giving_up:
            giving_up.give_up(2)
    else:
        finish(bench, 2, to)
    assert person in kept(databases.shard(2))
    in_order(bench, databases, 2, source if back else to)


@pytest.mark.parametrize("where", ["target", "map"])
def test_the_mover_is_killed_after_it_was_decided(bench: Running, databases: ShardedDatabases, where: str) -> None:
    """Before the target lets the app in, or before the map says so: it goes forward, and cannot be given up."""
    to = elsewhere(bench, 4)
    person = born(databases.shard(4))
    process(bench, 4, to, last=Step.COPIED).wait(60)
    server = to if where == "target" else "main"
    catalogue = "LOCK TABLE pg_subscription IN SHARE MODE"
    with blocked(bench, server, catalogue if where == "target" else "SELECT 1 FROM shards WHERE shard = 4 FOR UPDATE"):
        moving = process(bench, 4, to)
        eventually("the mover is stopped by us", lambda: waits(bench, server), within=30)
        assert lets_in(bench, 4) == ([] if where == "target" else [to])
        moving.kill()
        moving.wait(10)
        ask(bench, server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    eventually("the claim of the dead is gone", lambda: not claimed(bench))
    with mover(bench) as giving_up, pytest.raises(Refused, match="belongs to"):
        giving_up.give_up(4)
    finish(bench, 4, to)
    assert person in kept(databases.shard(4))
    in_order(bench, databases, 4, to)


@pytest.mark.parametrize("step", some(STEPS, fast=Step.COPIED))
@pytest.mark.parametrize("which", ["source", "target"])
def test_a_server_is_killed(bench: Running, databases: ShardedDatabases, step: Step, which: str) -> None:
    """After any step: the move stops and says who is away, and goes on once it is there again; nothing is lost."""
    source, to = named(bench, 6), elsewhere(bench, 6)
    killed = source if which == "source" else to
    with writing(databases, 6) as writers:
        eventually("people write", lambda: len(writers.acknowledged) > 5)
        process(bench, 6, to, last=step).wait(60)
        eventually("the claim of the dead is gone", lambda: not claimed(bench))
        bench.servers[killed].kill()
        try:
            with pytest.raises(Stopped, match=killed), mover(bench, patience=3) as moving:
                moving.move(6, to)
        finally:
            bench.servers[killed].start()
        finish(bench, 6, to)
        count = len(writers.acknowledged)
        eventually("people write on", lambda: len(writers.acknowledged) > count + 5)
    assert writers.lost() == set()
    in_order(bench, databases, 6, to)


def claimed(bench: Running) -> list[tuple[object, ...]]:
    return ask(bench, "main", "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_anybody_is_killed_at_any_moment(bench: Running, databases: ShardedDatabases, seed: int) -> None:
    """Mover, source and target, at random moments of moves to and fro: nothing acknowledged is lost, one owner."""
    rng = random.Random(seed)
    over = threading.Event()

    def kill() -> None:
        while not over.wait(rng.uniform(0.5, 3)):
            server = bench.servers[rng.choice(["db1", "db2"])]
            server.kill()
            over.wait(rng.uniform(0, 0.5))
            server.start()

    with writing(databases, 1) as writers:
        killing = threading.Thread(target=kill)
        killing.start()
        try:
            for _ in range(2):
                to = elsewhere(bench, 1)
                for _ in range(3):
                    moving = process(bench, 1, to)
                    try:
                        moving.wait(rng.uniform(0.5, 3))
                    except subprocess.TimeoutExpired:
                        moving.kill()
                        moving.wait(10)
                    assert len(lets_in_or_away(bench, 1)) <= 1
                over.wait(1)
                finish(bench, 1, to)
        finally:
            over.set()
            killing.join(60)
        count = len(writers.acknowledged)
        eventually("people write on", lambda: len(writers.acknowledged) > count + 5, within=20)
    assert writers.lost() == set()
    in_order(bench, databases, 1, to)


def lets_in_or_away(bench: Running, shard: int) -> list[str]:
    try:
        return lets_in(bench, shard)
    except psycopg.OperationalError:
        return []
