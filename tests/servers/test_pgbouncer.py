"""PgBouncer, whoever runs it: many clients share few connections, and what PostgreSQL says reaches them."""

from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest

from minigram.addresses import Need
from minigram.lab.counters import counting
from minigram.lab.leftovers import processes_of
from minigram.lab.running import Running, running
from minigram.lab.servers.container import containers
from tests.behaviour.waiting import eventually

from .small import SETUP, Notes

BACKENDS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'minigram'"


class Pooled(Notes):
    """A PostgreSQL with room for 30 connections, and a pooler that takes 5 of them."""

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (
            Need("postgres", "main", {"max_connections": "30"}, SETUP),
            Need("pgbouncer", "pool", {"default_pool_size": "5"}, before=("main",)),
        )


@pytest.fixture(scope="module")
def pooled(provider: str) -> Iterator[Running]:
    with running(Pooled) as found:
        assert found.servers["pool"].provider == provider
        yield found


def one(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True, prepare_threshold=None, connect_timeout=5) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def test_many_clients_share_few_connections(pooled: Running) -> None:
    """A hundred clients are served at once where PostgreSQL has room for thirty, by at most five of its processes."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(psycopg.connect(pooled.servers["pool"].url, autocommit=True, prepare_threshold=None))
            for _ in range(100)
        ]
        assert [row for client in clients for row in client.execute("SELECT current_user::text")] == [
            ("minigram",)
        ] * 100
        assert one(pooled.servers["main"].admin_url, BACKENDS) in range(1, 6)


def test_whoever_cleans_up_finds_it(pooled: Running) -> None:
    """By the run that it belongs to: its processes, or its container."""
    pool = pooled.servers["pool"]
    if pool.provider == "docker":
        assert len(containers(pooled.run)) == len(pooled.servers)
    else:
        assert {*pool.pids()} <= {process.pid for process in processes_of(pooled.run)}


def test_it_adds_no_statement(pooled: Running) -> None:
    """PostgreSQL counts what the clients sent, and nothing of the pooler's."""
    one(pooled.servers["pool"].url, "SELECT 1")
    with counting({"main": pooled.servers["main"]}) as counted:
        for _ in range(10):
            one(pooled.servers["pool"].url, "SELECT 1")
    assert not counted.doubts and counted["main"]["statements"] == 10


def test_the_password_is_its_own_and_needed(pooled: Running) -> None:
    """PostgreSQL's password does not open the pooler, and nobody but the lab asks its console."""
    main, pool = pooled.servers["main"], pooled.servers["pool"]
    assert main.secret != pool.secret
    for wrong in (pool.url.replace(pool.secret, main.secret), pool.admin_url.replace(pool.admin_secret, pool.secret)):
        with pytest.raises(psycopg.OperationalError, match="authentication"):
            one(wrong, "SELECT 1")


def test_it_tells_when_postgresql_is_away_and_finds_it_again(pooled: Running) -> None:
    """Within its time-out there is an error, not a client that waits for ever; afterwards all is as before."""
    pooled.servers["main"].kill()
    try:
        with pytest.raises(psycopg.OperationalError):
            one(pooled.servers["pool"].url, "SELECT 1")
    finally:
        pooled.servers["main"].start()
    eventually("the pooler has found PostgreSQL again", lambda: answers(pooled.servers["pool"].url))


def answers(url: str) -> bool:
    try:
        return one(url, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def test_it_is_killed_and_started_like_any_server(pooled: Running) -> None:
    """At the same address, with the same password."""
    pool = pooled.servers["pool"]
    pool.kill()
    with pytest.raises(psycopg.OperationalError):
        one(pool.url, "SELECT 1")
    pool.start()
    assert one(pool.url, "SELECT 1") == 1
