"""What a session reads through a primary and its replicas, with the replicas as far behind as is planted."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest

from minigram.databases.node import Node
from minigram.databases.replicated.node import ReplicatedNode
from minigram.databases.replicated.session import Session, reading_as
from minigram.lab.experiments.lag import holding, lagging
from minigram.lab.running import Running, running
from tests.behaviour.waiting import eventually
from tests.ch04_replicas.groups import Trio
from tests.ch04_replicas.notes import READ, reach, sees, somebody, write

WHERE = b"SELECT pg_is_in_recovery() AS replica, current_setting('cluster_name') AS name"


@pytest.fixture(scope="module")
def _trio() -> Iterator[Running]:
    with running(Trio) as found:
        yield found


@pytest.fixture
def trio(_trio: Running) -> Iterator[Running]:
    """One for all tests here. Whatever a test kills is started again."""
    yield _trio
    for server in _trio.servers.values():
        if not server.alive:
            server.start()


@pytest.fixture
def node(trio: Running) -> Iterator[ReplicatedNode]:
    found = reach(trio)
    yield found
    found.close()


def asked(node: Node) -> str:
    return str(node.read(WHERE, {})[0].name)


def test_reads_go_to_replicas_and_writes_to_the_primary(node: ReplicatedNode) -> None:
    """Whoever has no session is answered by either replica, `fresh` by the primary."""
    assert {asked(node) for _ in range(40)} == {"dbr", "dbs"}
    assert {asked(node.fresh) for _ in range(5)} == {"db"}
    write(node, 1)
    assert sees(node.fresh, 1)


def test_a_session_keeps_to_one_replica(node: ReplicatedNode) -> None:
    """It is the same for each of its reads; other sessions have the other one."""
    drawn = {}
    for key in map(str, range(20)):
        with reading_as(somebody(key)):
            drawn[key] = {asked(node) for _ in range(5)}
    assert all(len(names) == 1 for names in drawn.values())
    assert set.union(*drawn.values()) == {"dbr", "dbs"}


def test_own_writes_are_read_though_the_replicas_are_late(trio: Running, node: ReplicatedNode) -> None:
    """With a second of lag, no session misses what it wrote; without sessions all of it is missed."""
    with ExitStack() as late:
        for replica in ("dbr", "dbs"):
            late.enter_context(lagging(trio.servers[replica], 1_000))
        missed = 0
        for id in range(100, 120):
            write(node, id)
            missed += not sees(node, id)
        assert missed > 0
        for id in range(200, 220):
            with reading_as(somebody(str(id))):
                write(node, id)
                assert sees(node, id)


def test_another_web_server_goes_on_where_the_session_stands(trio: Running, node: ReplicatedNode) -> None:
    """What the session has written by one web server it reads by another, which was given its places."""
    elsewhere = reach(trio)
    with holding(trio.servers["dbr"]), holding(trio.servers["dbs"]):
        with reading_as(somebody()) as session:
            write(node, 11)
        assert session.changed
        with reading_as(Session(lambda: "ann", lambda key: session.places)):
            assert sees(elsewhere, 11)
        with reading_as(somebody()):
            assert not sees(elsewhere, 11)
    elsewhere.close()


def test_a_replica_that_has_caught_up_is_used_again(trio: Running, node: ReplicatedNode) -> None:
    """A session that has written goes to the primary only as long as its replica is behind."""
    with reading_as(somebody()) as session:
        mine = asked(node)
        with holding(trio.servers[mine]):
            write(node, 1)
            assert asked(node) == "db"
        eventually("the replica is read from again", lambda: asked(node) == mine)
        assert session.place("db").mark is not None


def test_a_session_never_goes_back(trio: Running, node: ReplicatedNode) -> None:
    """A counter that only grows never shrinks for a session, though its replica is late, dies and comes back."""
    with reading_as(somebody()) as session:
        mine = asked(node)
        other = "dbs" if mine == "dbr" else "dbr"
        seen = [0]

        def look() -> str:
            rows = node.read(b"SELECT body, current_setting('cluster_name') AS name FROM note WHERE id = 1", {})
            seen.append(int(rows[0].body))
            return str(rows[0].name)

        count(node, 1)
        eventually("both replicas have it", lambda: all(shows(trio, name, 1) for name in ("dbr", "dbs")))
        with holding(trio.servers[other]):
            count(node, 2)
            eventually("the session's replica has it", lambda: shows(trio, mine, 2))
            assert look() == mine and seen[-1] == 2
            trio.servers[mine].kill()
            assert look() == "db" and seen[-1] == 2, "the other replica is behind"
        eventually("the other replica is read from", lambda: look() == other)
        trio.servers[mine].start()
        for number in range(3, 30):
            count(node, number)
            look()
        assert seen == sorted(seen)
        assert session.place("db").at == other, "it stays where it is"


@pytest.mark.parametrize("patience", [0.0, 0.5])
def test_behind_a_little_is_waited_for(trio: Running, patience: float) -> None:
    """With patience, a replica that is 100 ms late answers; without, the primary does at once. Neither is stale."""
    node = reach(trio, patience)
    late = partial(lagging, milliseconds=100) if patience else holding
    with reading_as(somebody()), late(trio.servers["dbr"]), late(trio.servers["dbs"]):
        write(node, 1)
        assert (asked(node) == "db") == (patience == 0)
        assert sees(node, 1)
    node.close()


def test_reads_go_on_when_the_primary_is_dead(trio: Running, node: ReplicatedNode) -> None:
    """Whoever needs nothing that the replicas lack does not notice."""
    write(node, 1)
    eventually("both replicas have it", lambda: all(shows(trio, name, None) for name in ("dbr", "dbs")))
    trio.servers["db"].kill()
    assert sees(node, 1)
    with reading_as(somebody()):
        assert sees(node, 1)


def count(node: Node, number: int) -> None:
    """Written by somebody else."""
    with reading_as(somebody("another")):
        write(node, 1, str(number))


def shows(run: Running, server: str, number: int | None) -> bool:
    one = Node(run.addresses.servers[server], 1)
    rows = one.read(READ, {"id": 1})
    one.close()
    return bool(rows) and (number is None or rows[0].body == str(number))
