"""Who is read from, and waited for: a replica is put in service, and let go, where nothing is lost by it."""

from dataclasses import replace

import pytest

from minigram.databases.replicated import asking, failover, in_service
from minigram.databases.replicated.position import Lsn
from minigram.databases.replicated.roles import Group
from minigram.lab.experiments.lag import cut, holding
from minigram.lab.watch import MISSES, Watch
from tests.behaviour.waiting import eventually
from tests.ch04_replicas.notes import sees, write
from tests.ch04_replicas.operated import Operated

PAGE = 8_192
"""Bytes of the WAL that are written down at a time where nobody commits."""


def test_a_primary_that_slept_through_a_change_of_its_replicas_is_told(pair: Operated) -> None:
    """Its replica died, and was taken out of service, and a crash lost the word to the primary: commits would wait for
    ever. The next look tells it; and that it is the primary, where a promotion gave up after the fence."""
    pair.synchronous()
    with pair.roles.changing("db") as group:
        pair.roles.save(replace(group, replicas=()))
    pair.run.servers["dbr"].kill()
    failover.fence(pair.urls["db"])
    with pair.watched() as watch:
        watch.round()
    assert pair.waits_for() == "" and pair.primaries() == {"db"}
    write(pair.node, 1)


def test_a_replica_that_alone_has_the_last_write_is_not_let_go(trio: Operated) -> None:
    """Commits wait for one of two. One has a write, and dies; later the primary does, too. The other one, which never
    had it, is not promoted."""
    trio.synchronous()
    cut(trio.run.servers["dbs"])
    write(trio.node, 1)
    with trio.watched() as watch:
        watch.round()
        trio.run.servers["dbr"].kill()
        for _ in range(2 * MISSES):
            watch.round()
        assert "dbr" in trio.group.replicas
        trio.run.servers["db"].kill()
        for _ in range(2 * MISSES):
            watch.round()
        assert trio.group.primary == "db", "nobody is promoted without the write"
        trio.run.servers["dbr"].start()
        eventually("it is promoted", lambda: after_a_round(watch, trio).primary == "dbr", within=20)
    assert sees(trio.node.fresh, 1)


def test_a_replica_is_let_go_once_another_has_all_that_it_has(trio: Operated) -> None:
    """Nothing hangs on the dead one then: writes go on, and survive the primary."""
    trio.synchronous()
    write(trio.node, 1)
    with trio.watched() as watch:
        trio.run.servers["dbr"].kill()
        for _ in range(MISSES):
            watch.round()
        assert trio.group.replicas == ("dbs",) and trio.waits_for() == 'ANY 1 ("dbs")'
        write(trio.node, 2)
        trio.run.servers["db"].kill()
        for _ in range(MISSES):
            watch.round()
    assert trio.group.primary == "dbs" and sees(trio.node.fresh, 1) and sees(trio.node.fresh, 2)


def test_who_cannot_come_back_keeps_no_dead_one_in_service(trio: Operated) -> None:
    """Commits wait for one replica, which dies. That the other one, out of service, never catches up is no reason to
    wait for the dead one."""
    trio.synchronous()
    in_service.detach(trio.roles, "db", "dbr", trio.urls)
    with holding(trio.run.servers["dbr"]), trio.watched() as watch:
        write(trio.node, 1)
        trio.run.servers["dbs"].kill()
        for _ in range(MISSES):
            watch.round()
        assert trio.group.replicas == () and trio.waits_for() == ""
        write(trio.node, 2)


def test_a_replica_that_follows_nobody_is_given_its_primary_again(trio: Operated) -> None:
    """It was away, or asleep, when the primary changed: as soon as it answers it follows, without a restart."""
    cut(trio.run.servers["dbs"])
    in_service.detach(trio.roles, "db", "dbs", trio.urls)
    write(trio.node, 1)
    with trio.watched() as watch:
        eventually("it is back", lambda: after_a_round(watch, trio).replicas == ("dbr", "dbs"), within=20)


@pytest.mark.parametrize("asks", ["catch_up", "leave_behind"])
def test_a_transaction_that_goes_on_keeps_no_replica_out(pair: Operated, asks: str) -> None:
    """It has written much, and committed nothing: the primary's disk ends within a record, and no replica can show that
    before the rest is there. This one has all that was committed, and stays in service."""
    with asking.connect(pair.urls["db"]) as writer, writer.transaction():
        for id in range(20):
            writer.execute("INSERT INTO note VALUES (%s, %s)", (id, "x" * 1_900))
        eventually("the disk ends within a record", lambda: ends_within_a_record(pair))
        if asks == "catch_up":
            in_service.catch_up("dbr", "db", pair.urls)
        else:
            in_service.leave_behind(pair.roles, "db", pair.urls)
    assert pair.group.replicas == ("dbr",)


def ends_within_a_record(pair: Operated) -> bool:
    """Nobody commits, so the primary has written down to the end of a page; the replica has that, and shows less."""
    with asking.connect(pair.urls["db"]) as primary, asking.connect(pair.urls["dbr"]) as replica:
        disk = Lsn.parse(str(asking.value(primary, "SELECT pg_current_wal_flush_lsn()::text")))
        got, shown = (
            Lsn.parse(str(asking.value(replica, query)))
            for query in ("SELECT pg_last_wal_receive_lsn()::text", "SELECT pg_last_wal_replay_lsn()::text")
        )
    return disk % PAGE == 0 and got == disk and shown < disk


def after_a_round(watch: Watch, operated: Operated) -> Group:
    """The group, when the watch has looked at it once more."""
    watch.round()
    return operated.group
