"""Primary and replica, whoever runs them: the stream, the wiring, and coming back."""

from collections.abc import Iterator
from functools import partial
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors

from minigram.databases.replicated import failover
from minigram.databases.replicated.roles import Roles, beside
from minigram.lab.experiments.lag import cut
from minigram.lab.running import Running, running
from minigram.lab.servers.primary import Primary
from tests.behaviour.waiting import eventually
from tests.ch04_replicas.groups import Pair, Trio, TwoPairs


@pytest.fixture(scope="module")
def pair(provider: str) -> Iterator[Running]:
    """A primary and a replica, for tests that leave them in their roles."""
    with running(Pair) as found:
        yield found


def test_what_is_committed_streams_to_the_replica(pair: Running) -> None:
    """A row that was written on the primary is read on the replica, by the app's own role."""
    put(pair, "db", 1)
    eventually("the replica has the row", lambda: has(pair, "dbr", 1))
    with pytest.raises(errors.ReadOnlySqlTransaction):
        put(pair, "dbr", 2)


def test_a_replica_wants_the_password(pair: Running) -> None:
    """Neither the app's role nor the stream is open to who does not have it."""
    for url in (pair.servers["dbr"].url, pair.servers["db"].admin_url):
        for more in ({}, {"replication": "yes"}):
            wrong = psycopg.conninfo.make_conninfo(url, password="0" * 32, **more)
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(wrong)


def test_a_killed_replica_catches_up(pair: Running) -> None:
    """What was written while it was down is there when it has started again, and it is in service."""
    replica = pair.servers["dbr"]
    replica.kill()
    put(pair, "db", 10)
    replica.start()
    assert has(pair, "dbr", 10)
    assert roles(pair).of("db").replicas == ("dbr",)


def test_a_killed_primary_comes_back_and_the_replica_finds_it(pair: Running) -> None:
    """Nobody was promoted, so it is the primary again, and the stream goes on."""
    pair.servers["db"].kill()
    pair.servers["db"].start()
    put(pair, "db", 11)
    eventually("the replica has the row", lambda: has(pair, "dbr", 11))


def test_each_replica_follows_its_own_primary(provider: str) -> None:
    """Of two groups that were prepared alike, neither has the other's rows."""
    with running(TwoPairs) as both:
        put(both, "db", 1)
        put(both, "other", 2)
        for replica, mine in (("dbr", 1), ("otherr", 2)):
            eventually("the replica has its primary's row", partial(has, both, replica, mine))
            assert ask(both, replica, "SELECT count(*) FROM note") == 1


def test_a_former_primary_comes_back_as_a_replica(provider: str) -> None:
    """What it alone had is forgotten, what the new primary has is there, and both replicas follow the new one."""
    with running(Trio) as trio:
        put(trio, "db", 1)
        for replica in ("dbr", "dbs"):
            eventually("it has the row", partial(has, trio, replica, 1))
        for replica in ("dbr", "dbs"):
            cut(trio.servers[replica])
        put(trio, "db", 2)  # nobody else will ever have it
        primary = trio.servers["db"]
        primary.kill()
        assert isinstance(primary, Primary)
        done = failover.promote(roles(trio), roles(trio).of("db"), "dbr", primary.urls())
        assert (done.primary, done.replicas, done.generation) == ("dbr", ("dbs",), 2)
        put(trio, "dbr", 3)
        eventually("the other replica follows", lambda: has(trio, "dbs", 3))
        primary.start()
        assert set(roles(trio).of("db").replicas) == {"db", "dbs"}
        assert has(trio, "db", 3) and not has(trio, "db", 2)
        with pytest.raises(errors.ReadOnlySqlTransaction):
            put(trio, "db", 4)
        primary.kill()
        primary.start()
        put(trio, "dbr", 5)
        eventually("it follows after another kill", lambda: has(trio, "db", 5))


def roles(run: Running) -> Roles:
    return beside(run.addresses.media)


def put(run: Running, server: str, id: int) -> None:
    with psycopg.connect(run.servers[server].url, autocommit=True) as connection:
        connection.execute("INSERT INTO note VALUES (%s, 'x')", (id,))


def has(run: Running, server: str, id: int) -> bool:
    return bool(ask(run, server, "SELECT count(*) FROM note WHERE id = %s", id))


def ask(run: Running, server: str, query: LiteralString, *values: object) -> object:
    with psycopg.connect(run.servers[server].url, autocommit=True) as connection:
        row = connection.execute(query, values).fetchone()
    return row[0] if row else None
