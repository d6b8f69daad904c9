"""A primary dies, stands still, or is replaced: what was acknowledged stays, and there is one primary."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import cast

import psutil
import psycopg
import pytest

from minigram.databases import Unavailable
from minigram.databases.replicated import asking, failover, in_service
from minigram.databases.replicated.node import ReplicatedNode
from minigram.databases.replicated.roles import Group, Roles, beside
from minigram.databases.replicated.session import reading_as
from minigram.lab.experiments.broken_groups import probes
from minigram.lab.experiments.lag import cut, holding
from minigram.lab.experiments.quietly import quietly
from minigram.lab.history import History, Observation, one_primary, primaries
from minigram.lab.replicas import look
from minigram.lab.running import Running, running
from minigram.lab.servers.postgres import Postgres
from minigram.lab.servers.primary import Primary
from minigram.lab.watch import MISSES, Watch
from tests.behaviour.waiting import eventually
from tests.ch04_replicas.groups import Pair, ShortOfDisk, Trio
from tests.ch04_replicas.notes import note, reach, sees, somebody, write, writing


class Operated:
    """A group that runs, as its operator has it, and a web server's way to it."""

    def __init__(self, run: Running) -> None:
        self.run = run
        self.roles: Roles = beside(run.addresses.media)
        self.node: ReplicatedNode = reach(run)

    @property
    def group(self) -> Group:
        return self.roles.of("db")

    @property
    def urls(self) -> in_service.Urls:
        primary = self.run.servers["db"]
        assert isinstance(primary, Primary)
        return primary.urls()

    @contextmanager
    def watched(self) -> Iterator[Watch]:
        """Somebody who watches it, round by round."""
        watch = Watch(self.roles, lambda: {"db": self.urls})
        yield watch
        watch.close()

    def waits_for(self) -> str:
        """Whom the primary's commits wait for, as it knows it."""
        assert self.group.primary is not None
        return asking.state(self.urls[self.group.primary]).waits_for

    def promote(self, to: str) -> Group:
        return failover.promote(self.roles, self.group, to, self.urls)

    def synchronous(self) -> None:
        in_service.synchronous(self.roles, "db", True, self.urls)

    def primaries(self) -> set[str]:
        """The servers that would take a write from the app now."""
        return {name for name in self.urls if self._writes(name)}

    def _writes(self, name: str) -> bool:
        query = "SELECT NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off'"
        try:
            with asking.connect(self.run.servers[name].url) as connection:
                return bool(asking.value(connection, query))
        except psycopg.OperationalError:
            return False


def dies_as_successor(group: Operated, successor: str) -> None:
    """Somebody promoted this replica, and died; it became a primary, wrote something that nobody was told, and died."""
    with group.roles.changing("db") as now:
        failover.fence(group.urls["db"])
        group.roles.save(replace(now, primary=None, former="db", successor=successor, generation=2))
    with asking.connect(group.urls[successor]) as lone:
        assert asking.value(lone, "SELECT pg_promote()")
        lone.execute("INSERT INTO note VALUES (99, 'nobody was told')")
    group.run.servers[successor].kill()


def notes(group: Operated, member: str) -> object:
    """The ids of the notes that a server shows."""
    with asking.connect(group.urls[member]) as there:
        return asking.value(there, "SELECT array_agg(id ORDER BY id) FROM note")


@pytest.fixture
def pair() -> Iterator[Operated]:
    with running(Pair) as run:
        found = Operated(run)
        yield found
        found.node.close()


@pytest.fixture
def trio() -> Iterator[Operated]:
    with running(Trio) as run:
        found = Operated(run)
        yield found
        found.node.close()


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


def test_a_primary_that_slept_through_a_promotion_acknowledges_nothing(pair: Operated) -> None:
    """A commit that was under way when it fell asleep is refused when it wakes, and is on no server in the end."""
    old = pair.run.servers["db"]
    with ThreadPoolExecutor(1) as pool:
        asleep = threading.Event()

        def late() -> None:
            with pair.node.begin() as tx:
                tx.execute(note(7))
                old.pause()
                asleep.set()

        committing = pool.submit(late)
        asleep.wait(10)
        pair.promote("dbr")
        old.resume()
        with pytest.raises(Unavailable):
            committing.result(30)
    with pair.watched() as watch:
        watch.round()
    assert pair.primaries() == {"dbr"}
    old.restart()
    assert pair.group.replicas == ("db",)
    assert not sees(pair.node.fresh, 7)


def test_a_sleeping_primary_with_a_synchronous_replica_commits_for_nobody(pair: Operated) -> None:
    """Who talks to it without looking at the roles waits for a replica that has left, until it is fenced."""
    pair.synchronous()
    old = pair.run.servers["db"]
    with asking.connect(old.url) as stubborn:
        stubborn.autocommit = False
        stubborn.execute("INSERT INTO note VALUES (8, 'x')")
        old.pause()
        pair.promote("dbr")
        old.resume()
        with ThreadPoolExecutor(1) as pool:
            committing = pool.submit(stubborn.commit)
            assert failover.fence_former(pair.roles, "db", "db", pair.urls)
            error = committing.exception(30)
    assert error is not None
    old.restart()
    assert not sees(pair.node.fresh, 8)


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


def test_a_replica_of_a_new_primary_starts_again_as_a_replica(trio: Operated) -> None:
    """It has changed the primary that it follows, is killed, and is started: it has what is written then."""
    trio.run.servers["db"].kill()
    trio.promote("dbr")
    other = trio.run.servers["dbs"]
    other.kill()
    write(trio.node, 1)
    other.start()
    write(trio.node, 2)
    with asking.connect(trio.urls["dbs"]) as replica:
        eventually("it follows", lambda: asking.value(replica, "SELECT count(*) FROM note WHERE id IN (1, 2)") == 2)
    trio.run.servers["db"].start()
    assert trio.primaries() == {"dbr"}


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


@pytest.mark.parametrize("promoted_first", [True, False])
def test_a_primary_that_starts_while_another_is_promoted_is_no_second_one(pair: Operated, promoted_first: bool) -> None:
    """One of the two waits for the other, whoever is first; in the end one takes writes, and the other follows it."""
    old, before = pair.run.servers["db"], pair.group
    old.kill()
    deeds: list[Callable[[], object]] = [partial(failover.promote, pair.roles, before, "dbr", pair.urls), old.start]
    with ThreadPoolExecutor(2) as both:
        with pair.roles.changing("db"):  # both wait at the door
            begun = [both.submit(deed) for deed in (deeds if promoted_first else deeds[::-1])]
        for one in begun:
            one.result(30)
    assert pair.group.primary == "dbr" and pair.primaries() == {"dbr"}
    if not pair.group.replicas:
        old.restart()  # it had been first, and was fenced; when it starts again it looks who is the primary
    eventually("it follows", lambda: pair.group.replicas == ("db",))
    write(pair.node, 1)
    eventually("it has what was written", lambda: sees(pair.node, 1))


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
        for _ in range(2 * MISSES):
            watch.round()
    assert trio.group.primary == "dbr"
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


def test_a_promotion_that_takes_too_long_is_finished(trio: Operated, monkeypatch: pytest.MonkeyPatch) -> None:
    """The replica was asked, and does not get there in time: it may yet, so there is no way back, and nobody writes. As
    soon as it can, it is the primary."""
    monkeypatch.setattr(failover, "PROMOTED", 1)
    write(trio.node, 1)
    (startup,) = [
        child
        for pid in trio.run.servers["dbr"].pids()
        for child in [psutil.Process(pid)]
        if any("startup" in word for word in child.cmdline())
    ]
    startup.suspend()
    try:
        with pytest.raises(asking.Refused, match="within 1 s"):
            trio.promote("dbr")
        assert trio.group.primary is None and trio.primaries() == set()
    finally:
        startup.resume()
    with trio.watched() as watch:
        watch.round()
    assert trio.group.primary == "dbr" and trio.primaries() == {"dbr"}
    assert sees(trio.node.fresh, 1)


def test_who_dies_while_promoting_leaves_the_former_primary_known(pair: Operated) -> None:
    """It lives, and has a write that the replica has not got: whoever goes on has it handed over first."""
    cut(pair.run.servers["dbr"])
    write(pair.node, 1)
    with pair.roles.changing("db") as group:
        pair.roles.save(replace(group, primary=None, former="db", generation=2))
    with ThreadPoolExecutor(1) as pool, pair.watched() as watch:
        going = pool.submit(watch.round)
        eventually("it follows again", lambda: in_service.follow("dbr", "db", pair.urls) or going.done(), within=10)
        going.result(30)
    assert pair.group.primary == "dbr" and pair.primaries() == {"dbr"}
    assert sees(pair.node.fresh, 1)


def test_a_replica_that_dies_while_it_becomes_the_primary_gives_it_back(pair: Operated) -> None:
    """The former one has handed over, and lives: it is the primary again. The replica comes back as one, and without
    what it wrote alone."""
    pair.synchronous()
    dies_as_successor(pair, "dbr")
    with pair.watched() as watch:
        watch.round()
    assert pair.group == Group("db", "db", (), generation=3, synchronous=True, astray=("dbr",))
    assert pair.primaries() == {"db"}
    write(pair.node, 1)
    pair.run.servers["dbr"].start()
    assert pair.group == Group("db", "db", ("dbr",), generation=3, synchronous=True) and pair.primaries() == {"db"}
    assert notes(pair, "dbr") == [1]


def test_the_other_replica_stays_when_the_primary_has_its_place_again(trio: Operated) -> None:
    """It follows the former primary still, and writes reach it."""
    dies_as_successor(trio, "dbr")
    with trio.watched() as watch:
        watch.round()
    assert (trio.group.primary, trio.group.replicas) == ("db", ("dbs",))
    write(trio.node, 1)
    eventually("it has what was written", lambda: notes(trio, "dbs") == [1])


def test_a_replica_that_was_promoted_by_hand_is_put_out(pair: Operated) -> None:
    """It takes no writes, nobody reads there, and no commit waits for it. When it is started again it is a replica, and
    what was written there alone is gone."""
    pair.synchronous()
    with asking.connect(pair.urls["dbr"]) as lone:
        assert asking.value(lone, "SELECT pg_promote()")
        lone.execute("SET synchronous_commit = local")
        lone.execute("INSERT INTO note VALUES (99, 'nobody was told')")
    with pair.watched() as watch:
        watch.round()
    assert pair.group.replicas == () and pair.primaries() == {"db"}
    write(pair.node, 1)
    pair.run.servers["dbr"].restart()
    assert pair.group == Group("db", "db", ("dbr",), synchronous=True) and pair.primaries() == {"db"}
    assert notes(pair, "dbr") == [1]


def test_a_replica_for_which_too_much_was_kept_is_copied_anew() -> None:
    """It was away for so long that the primary kept no more of its log for it."""
    with running(ShortOfDisk) as run:
        short = Operated(run)
        run.servers["dbr"].kill()
        in_service.detach(short.roles, "db", "dbr", short.urls)
        with psycopg.connect(run.servers["db"].admin_url, autocommit=True) as admin:
            for id in range(4):
                write(short.node, id)
                admin.execute("SELECT pg_switch_wal()")
            admin.execute("CHECKPOINT")
            lost = "SELECT wal_status = 'lost' FROM pg_replication_slots WHERE slot_name = 'dbr'"
            assert admin.execute(lost).fetchone() == (True,)
        run.servers["dbr"].start()
        assert short.group.replicas == ("dbr",) and notes(short, "dbr") == [0, 1, 2, 3]
        short.node.close()


def test_two_that_gave_their_timeline_the_same_number_are_told_apart(trio: Operated) -> None:
    """A replica dies while it becomes the primary, and so does the former one; the other replica is promoted from where
    the first one was, and later replaced in its turn. What the first one wrote alone is gone when it comes back."""
    dies_as_successor(trio, "dbr")
    with trio.watched() as watch:
        trio.run.servers["db"].kill()
        watch.round()
    assert trio.group.primary == "dbs"
    write(trio.node, 1)
    trio.run.servers["db"].start()
    trio.promote("db")
    write(trio.node, 2)
    trio.run.servers["dbr"].start()
    assert "dbr" in trio.group.replicas and trio.primaries() == {"db"}
    assert notes(trio, "dbr") == [1, 2]


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
        for _ in range(3):
            watch.round()
    assert trio.group.replicas == ("dbr", "dbs")


@pytest.mark.slow
@pytest.mark.parametrize("wakes", [True, False])
def test_the_history_tells_of_a_former_primary_that_takes_writes(pair: Operated, wakes: bool) -> None:
    """It slept through its replacement. If it wakes up, and nobody fences it, it takes writes beside the new one, and
    two observations are enough to show that. If it is started anew it takes none."""
    old, watch = pair.run.servers["db"], primaries.Watch(probes(pair.run, "db"))
    begun = time.monotonic()
    with quietly("psycopg"):
        watch.begin(begun)
        eventually("it is asked", lambda: any(seen.node == "db" for seen in watch.observations))
        old.pause()
        pair.promote("dbr")
        eventually("the new one is asked", lambda: any(seen.node == "dbr" for seen in watch.observations))
        if wakes:
            old.resume()
        else:
            old.restart()
        woken = time.monotonic() - begun
        eventually("all are asked again", lambda: [s.began > woken for s in watch.observations].count(True) > 10, 20)
        watch.end()
    violation = one_primary(History((), tuple(watch.observations)))
    assert (violation is not None) == wakes, violation
    if violation is not None:
        assert [seen.node for seen in cast("Sequence[Observation]", violation.history)] == ["dbr", "db"]
