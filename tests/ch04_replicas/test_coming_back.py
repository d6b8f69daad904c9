"""Servers that were away come back as replicas, with what the primary has and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg

from minigram.databases.replicated import asking, in_service
from minigram.databases.replicated.roles import Group
from minigram.lab.experiments.lag import cut
from minigram.lab.running import running
from tests.behaviour.waiting import eventually
from tests.ch04_replicas.groups import ShortOfDisk
from tests.ch04_replicas.notes import sees, write
from tests.ch04_replicas.operated import Operated, dies_as_successor, notes


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
