"""Events between two homes: none is lost, none overtakes another, and being told twice changes nothing."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from minigram.addresses import VARIABLE
from minigram.events import Event, Followed, Liked, Unfollowed
from minigram.lab.running import Running
from minigram.outbox.relay import Relay
from minigram.outbox.table import at_home, row
from minigram.social.tables import comments, followers, following, likes, people, photos
from tests.behaviour.waiting import eventually
from tests.ch03_sharding.small import Small, accept, copy_rows, drop, make, refuse, write_map
from tests.ch03_sharding.town import PASSWORD, edge, outbox, settle

SERVERS = ("db1", "db2", "db3", "db4")


def hand_over_all(relay: Relay) -> None:
    for server in SERVERS:
        relay.hand_over(server, age=0)


def leave_in_outbox(system: Small, shard: int, *events: Event, at: str = "") -> None:
    """Write events down, and hand none of them over."""
    with system.databases.shard(shard).begin() as tx:
        for event in events:
            assert at or event.home is not None
            tx.execute(row(event, shard, at or at_home(system.databases.of(event.home or 0).number)))


@pytest.mark.parametrize("other", [0, 4, 1], ids=["same shard", "same server", "another server"])
def test_who_publishes_hands_over_at_once(bench: Running, system: Small, other: int) -> None:
    """When the deed is done, both ends have it, and the outbox is empty."""
    ann, ben = settle(system, 0), settle(system, other)
    for deed, ends in (
        (system.follows.follow, (1, 1)),
        (system.follows.unfollow, (0, 0)),
        (system.follows.follow, (1, 1)),
    ):
        deed(ann, ben)
        assert edge(system, ann, ben) == ends and outbox(bench) == []


def test_what_is_rolled_back_is_not_published(bench: Running, system: Small) -> None:
    """The event is kept if, and only if, the transaction commits."""
    ann, ben = settle(system, 0), settle(system, 1)

    def fail() -> None:
        with system.databases.of(ann).begin() as tx:
            system.events.publish(tx, Followed(ann, ben))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert outbox(bench) == [] and edge(system, ann, ben) == (0, 0)


DIES = """
import os, signal, sys
from sqlalchemy import insert
from minigram.addresses import Addresses
from minigram.events import Followed
from minigram.social.tables import following
from minigram.stages import build

follower, followee = map(int, sys.argv[1:])
system = build(Addresses.load())
with system.databases.of(follower).begin() as tx:
    tx.execute(insert(following).values(follower_id=follower, followee_id=followee))
    tx.after_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    system.events.publish(tx, Followed(follower, followee))
"""


def test_a_publisher_that_is_killed_after_its_commit_loses_nothing(bench: Running, system: Small, relay: Relay) -> None:
    """The event is in the outbox, and the relay hands it over; both ends have the edge then."""
    ann, ben = settle(system, 0), settle(system, 1)
    died = subprocess.run(
        [sys.executable, "-c", DIES, str(ann), str(ben)],
        env={**os.environ, VARIABLE: str(bench.path)}, cwd=Path.cwd(), check=False, timeout=60,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL
    assert edge(system, ann, ben) == (1, 0) and outbox(bench) == [("Followed", "s0001")]
    hand_over_all(relay)
    assert edge(system, ann, ben) == (1, 1) and outbox(bench) == []


def test_being_told_twice_changes_nothing(bench: Running, system: Small, relay: Relay) -> None:
    """An event that was handed over, but whose row a crash has left, is handed over again."""
    ann, ben = settle(system, 0), settle(system, 1)
    system.follows.follow(ann, ben)
    for _ in range(2):
        leave_in_outbox(system, 0, Followed(ann, ben))
        hand_over_all(relay)
        assert edge(system, ann, ben) == (1, 1) and outbox(bench) == []


def test_no_event_overtakes_an_older_one_by_the_same_person(bench: Running, system: Small, relay: Relay) -> None:
    """While one home cannot be asked, what the same person did later waits; others do not wait for that person."""
    ann, ben, carla, dora = (settle(system, shard) for shard in (0, 1, 2, 4))
    refuse(bench, "db2", 1)
    try:
        leave_in_outbox(system, 0, Followed(ann, ben), Unfollowed(ann, ben), Followed(ann, ben), Unfollowed(ann, ben))
        leave_in_outbox(system, 0, Followed(ann, carla))
        leave_in_outbox(system, 4, Followed(dora, carla))
        hand_over_all(relay)
        assert len(outbox(bench)) == 5
        assert system.follows.counts(carla)[0] == 1, "dora's follow did not wait for ann's"
    finally:
        accept(bench, "db2", 1)
    hand_over_all(relay)
    assert outbox(bench) == [] and system.follows.counts(ben)[0] == 0 and system.follows.counts(carla)[0] == 2


def test_what_concerns_a_shard_that_has_moved_is_handed_over_at_once(bench: Running, system: Small) -> None:
    """Also by somebody who does not know of the move yet: the transaction there finds the shard's new server."""
    ann, ben = settle(system, 0), settle(system, 1)
    make(bench, "db3", 1)
    copy_rows(bench, "people", 1, "db2", "db3")
    refuse(bench, "db2", 1)
    write_map(bench, "db3", 1)
    try:
        system.follows.follow(ann, ben)
        assert edge(system, ann, ben) == (1, 1) and outbox(bench) == []
    finally:
        accept(bench, "db2", 1)
        write_map(bench, "db2", 1)
        drop(bench, "db3", 1)


def test_both_ends_agree_whoever_hands_over(bench: Running, system: Small, relay: Relay) -> None:
    """Many follow and unfollow on behalf of the same two people, and the relay takes whatever it finds meanwhile."""
    ann, ben = settle(system, 0), settle(system, 1)

    def quarrel(number: int) -> None:
        for turn in range(8):
            (system.follows.follow if (number + turn) % 2 else system.follows.unfollow)(ann, ben)

    with ThreadPoolExecutor(8) as pool:
        going = [pool.submit(quarrel, number) for number in range(6)]
        while not all(one.done() for one in going):
            hand_over_all(relay)
        for one in going:
            one.result()
    hand_over_all(relay)
    ours, theirs = edge(system, ann, ben)
    assert ours == theirs and outbox(bench) == []


def test_deleting_an_account_reaches_every_home(bench: Running, system: Small, relay: Relay) -> None:
    """Its names are free at once; what others keep goes by the relay, at every home."""
    ann, *others = (settle(system, shard) for shard in (0, *range(8)))
    for other in others:
        system.follows.follow(ann, other)
        system.follows.follow(other, ann)
        with system.databases.of(other).begin() as tx:
            new = insert(photos).values(author_id=other, media="", width=1, height=1, caption="")
            photo = tx.execute(new.returning(photos.c.id))[0].id
        system.likes.like(photo, ann)
        system.comments.write(photo, ann, "so blue")
    name = system.people.get(ann)
    assert name is not None
    system.people.leave(ann, PASSWORD)
    assert system.directory.find(name.name) is None
    assert outbox(bench) == [("PersonDeleted", "every")]
    hand_over_all(relay)
    assert outbox(bench) == []
    for home in system.databases.every():
        for column in (following.c.followee_id, followers.c.follower_id, likes.c.person_id, comments.c.person_id):
            with home.begin() as tx:
                assert tx.execute(select(column).where(column == ann)) == []


def test_an_edge_to_somebody_who_has_just_left_is_taken_back(bench: Running, system: Small, relay: Relay) -> None:
    """The other home refuses it, and then the follower's end goes, too."""
    ann, ben = settle(system, 0), settle(system, 1)
    with system.databases.of(ben).begin() as tx:
        tx.execute(delete(people).where(people.c.id == ben))
    system.follows.follow(ann, ben)
    assert edge(system, ann, ben) == (0, 0) and outbox(bench) == []


def test_a_handler_that_fails_holds_up_nobody_else(bench: Running, system: Small, relay: Relay) -> None:
    """What nobody knows how to follow up stays, and others' events are handed over."""
    ann, ben = settle(system, 0), settle(system, 1)
    leave_in_outbox(system, 0, Liked(1, person=7), at=at_home(1))
    leave_in_outbox(system, 0, Followed(ann, ben))
    hand_over_all(relay)
    assert system.follows.counts(ben)[0] == 1
    assert outbox(bench) == [("Liked", "s0001")]


def test_the_relay_is_a_process_that_goes_on_until_it_is_told_to_stop(bench: Running, system: Small) -> None:
    """It hands over what is left within the bound, survives the death of a server, and ends at SIGTERM."""
    ann, ben = settle(system, 0), settle(system, 1)
    relay = subprocess.Popen(
        [sys.executable, "-m", "minigram.outbox.relay"], env={**os.environ, VARIABLE: str(bench.path)},
        cwd=Path.cwd(), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        leave_in_outbox(system, 0, Followed(ann, ben))
        eventually("the edge is at its other end", lambda: system.follows.counts(ben)[0] == 1, within=15)
        bench.servers["db1"].kill()
        bench.servers["db1"].start()
        eventually("there is a connection again", lambda: _unfollowed(system, ann, ben), within=15)
        eventually("the relay goes on", lambda: system.follows.counts(ben)[0] == 0)
        relay.terminate()
        assert relay.wait(10) == 0
    finally:
        relay.kill()
        relay.wait(10)


def _unfollowed(system: Small, ann: int, ben: int) -> bool:
    try:
        leave_in_outbox(system, 0, Unfollowed(ann, ben))
    except Exception:
        return False
    return True
