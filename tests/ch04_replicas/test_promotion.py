"""A primary dies, stands still, or is replaced: what was acknowledged stays, and another takes its place."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest

from minigram.databases.replicated import asking, failover, in_service
from minigram.databases.replicated.roles import Group
from minigram.databases.replicated.session import reading_as
from minigram.lab.experiments.lag import cut
from minigram.lab.replicas import look
from minigram.lab.servers import Server
from minigram.lab.servers.postgres import Postgres
from minigram.lab.watch import MISSES, Watch
from tests.behaviour.waiting import eventually
from tests.ch04_replicas.notes import sees, somebody, write, writing
from tests.ch04_replicas.operated import Operated
from tests.servers.living import living


def test_nothing_acknowledged_is_lost_when_commits_wait_for_a_replica(pair: Operated) -> None:
    """Writers go on while the primary is killed; whatever was acknowledged is on the replica that takes over."""
    pair.synchronous()
    with writing(pair.node, writers=4) as acknowledged:
        eventually("some have been acknowledged", lambda: len(acknowledged) > 40)
        pair.run.servers["db"].kill()
        before = set(acknowledged)
        pair.promote("dbr")
        eventually("the new primary takes writes", lambda: len(acknowledged) > len(before) + 40)
    assert before and all(sees(pair.node.fresh, id) for id in acknowledged)
    pair.run.servers["db"].start()
    assert pair.group == Group("db", "dbr", ("db",), generation=2, synchronous=True)
    with asking.connect(pair.urls["dbr"]) as primary:
        waited = asking.value(primary, "SHOW synchronous_standby_names")
    assert waited == 'ANY 1 ("db")', "and from now on commits wait for the former primary"


def test_without_waiting_what_only_the_primary_had_is_lost(pair: Operated) -> None:
    """Acknowledged, and gone: this is what synchronous replication is for."""
    cut(pair.run.servers["dbr"])
    write(pair.node, 1)
    pair.run.servers["db"].kill()
    pair.promote("dbr")
    assert not sees(pair.node.fresh, 1)
    pair.run.servers["db"].start()
    eventually("the former primary has forgotten it as well", lambda: not sees(pair.node, 1))


@pytest.mark.parametrize("fault", ["kill", pytest.param("pause", marks=pytest.mark.slow)])
def test_the_watch_promotes_by_itself_and_takes_the_former_primary_back(trio: Operated, fault: str) -> None:
    """A primary that is dead, or stands still, is replaced; writes go on; afterwards it is a replica."""
    write(trio.node, 1)
    old = trio.run.servers["db"]
    watch = Watch(trio.roles, lambda: {"db": trio.urls})
    watch.round()
    (old.kill if fault == "kill" else old.pause)()
    for _ in range(MISSES):
        assert trio.group.primary == "db", "one probe that fails is not a death"
        watch.round()
    new = trio.group
    assert new.primary in ("dbr", "dbs") and len(new.replicas) == 1
    write(trio.node, 2)
    eventually("the other replica follows", lambda: sees(trio.node, 2))
    (old.start if fault == "kill" else old.restart)()
    watch.round()
    assert set(trio.group.replicas) == {"db", "dbr", "dbs"} - {new.primary}
    assert trio.primaries() == {new.primary}
    assert {one.mark.timeline for one in look(trio.roles, {"db": trio.urls}) if one.mark} == {2}
    watch.close()


def test_a_replica_that_dies_with_its_primary_is_not_forgotten(trio: Operated) -> None:
    """Commits wait for one of two replicas, and only one has the last write. It dies with the primary: the other one is
    not promoted, however long that lasts. When it is back, it is, and nothing is lost."""
    trio.synchronous()
    cut(trio.run.servers["dbs"])
    write(trio.node, 1)
    watch = Watch(trio.roles, lambda: {"db": trio.urls})
    watch.round()
    trio.run.servers["db"].kill()
    trio.run.servers["dbr"].kill()
    for _ in range(3 * MISSES):
        watch.round()
    assert trio.group.primary == "db" and "dbr" in trio.group.replicas
    Postgres.start(trio.run.servers["dbr"])  # the server alone, as if it had been started by hand

    def replaced() -> bool:
        watch.round()
        return trio.group.primary == "dbr"

    eventually("it is promoted", replaced, within=20)
    watch.close()
    assert sees(trio.node.fresh, 1)


def test_who_waits_outside_keeps_nobody_from_being_promoted(trio: Operated) -> None:
    """One replica is out of service and answers. The primary dies: the other one is promoted all the same."""
    in_service.detach(trio.roles, "db", "dbs", trio.urls)
    trio.run.servers["db"].kill()
    with trio.watched() as watch:
        for _ in range(MISSES + 1):
            watch.round()
    assert trio.group.primary == "dbr"


def test_who_has_less_is_not_promoted(trio: Operated) -> None:
    """Another replica may have what was acknowledged; the refusal names it."""
    cut(trio.run.servers["dbs"])
    write(trio.node, 1)
    eventually("the other replica has it", lambda: failover.best(trio.group, trio.urls) == "dbr")
    trio.run.servers["db"].kill()
    with pytest.raises(asking.Refused, match="Promote dbr"):
        trio.promote("dbs")
    assert trio.group.primary == "db"
    trio.promote("dbr")
    assert sees(trio.node.fresh, 1)


def test_a_planned_change_loses_nothing(trio: Operated) -> None:
    """The old primary is alive: it is fenced first and hands over the rest, so asynchronous replication is enough."""
    with writing(trio.node, writers=4) as acknowledged:
        eventually("some have been acknowledged", lambda: len(acknowledged) > 40)
        trio.promote("dbr")
        before = len(acknowledged)
        eventually("the new primary takes writes", lambda: len(acknowledged) > before + 40)
    assert trio.primaries() == {"dbr"}
    assert all(sees(trio.node.fresh, id) for id in acknowledged)


def test_a_promotion_that_was_interrupted_is_finished(pair: Operated) -> None:
    """Its process died after the roles had no primary: the next look at the group promotes."""
    write(pair.node, 1)
    pair.run.servers["db"].kill()
    with pair.roles.changing("db") as group:
        pair.roles.save(Group("db", None, group.replicas, generation=2))
    with pair.watched() as watch:
        watch.round()
    assert pair.group.primary == "dbr"
    with reading_as(somebody()):
        write(pair.node, 2)
        assert sees(pair.node, 2)


def test_a_promotion_that_takes_too_long_is_finished(trio: Operated, monkeypatch: pytest.MonkeyPatch) -> None:
    """The replica was asked, and does not get there in time: it may yet, so there is no way back, and nobody writes. As
    soon as it can, it is the primary."""
    write(trio.node, 1)
    startup = startup_of(trio.run.servers["dbr"])
    startup.suspend()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(failover, "PROMOTED", 1)
            with pytest.raises(asking.Refused, match="within 1 s"):
                trio.promote("dbr")
        assert trio.group.primary is None and trio.primaries() == set()
    finally:
        startup.resume()
    with trio.watched() as watch:
        watch.round()
    assert trio.group.primary == "dbr" and trio.primaries() == {"dbr"}
    assert sees(trio.node.fresh, 1)


def test_a_group_that_takes_long_keeps_no_other_one_waiting(pair: Operated) -> None:
    """Somebody who promotes in one group was stopped, and holds its lock. In the other one the primary dies."""
    pair.roles.save(Group("stopped", primary=None, former="away"))
    watch = Watch(pair.roles, lambda: {"stopped": {"away": pair.urls["db"]}, "db": pair.urls})
    with pair.roles.changing("stopped"):
        watch.round(within=0.1)
        pair.run.servers["db"].kill()

        def promoted() -> bool:
            watch.round(within=0.1)
            return pair.group.primary == "dbr"

        eventually("the other one has a primary", promoted, within=20)
    watch.close()


def test_a_primary_that_has_come_back_is_not_replaced(pair: Operated) -> None:
    """It was taken for dead; while the watch waits for its turn, it answers again: it stays."""
    primary = pair.run.servers["db"]
    primary.kill()
    with ThreadPoolExecutor(1) as pool, pair.watched() as watch:
        for _ in range(MISSES - 1):
            watch.round()
        with pair.roles.changing("db"):
            deciding = pool.submit(watch.round)
            eventually("it has been missed", lambda: watch.missed("db") == MISSES)
            Postgres.start(primary)
        deciding.result(30)
    assert pair.group.primary == "db" and pair.primaries() == {"db"}


def startup_of(replica: Server) -> psutil.Process:
    """The process that applies what it is sent."""
    for process in living(replica.pids()):
        with suppress(psutil.NoSuchProcess):
            if any("startup" in word for word in process.cmdline()):
                return process
    raise AssertionError(f"{replica.name} applies nothing")
