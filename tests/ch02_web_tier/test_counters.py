"""What nginx, Redis and PgBouncer tell of themselves is what happened."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from redis import Redis

from minigram.lab.counters import counting
from minigram.lab.counters.nginx import lines
from minigram.lab.experiments.one_dies import shares
from minigram.lab.running import AppProcess, Running, running
from minigram.stages.ch02_web_tier import WebTier
from tests.behaviour.waiting import eventually


@pytest.fixture(scope="module")
def web_tier() -> Iterator[Running]:
    with running(WebTier) as found:
        yield found


def ask(found: Running, times: int) -> list[int]:
    return [requests.get(f"{found.url}/health", timeout=10).status_code for _ in range(times)]


def listens(process: AppProcess) -> bool:
    at = urlsplit(process.url)
    with socket.socket() as asking:
        return asking.connect_ex((at.hostname, at.port)) == 0


def test_nginx_tells_who_answered(web_tier: Running) -> None:
    """Six requests: each web server has answered two, and was asked for no other."""
    before = len(lines(web_tier.servers["front"]))
    with counting(web_tier.servers) as counted:
        ask(web_tier, 6)
    assert counted["front"] == {"requests": 6, "tries": 6, "refused": 0}
    assert shares(web_tier, lines(web_tier.servers["front"])[before:]) == {"web1": 2, "web2": 2, "web3": 2}


def test_nginx_tells_whom_it_asked_in_vain(web_tier: Running) -> None:
    """A dead web server is one try more, and answers nothing; where all are dead, nobody has answered."""
    web2 = web_tier.processes["web2"]
    before = len(lines(web_tier.servers["front"]))
    web2.kill()
    eventually("nobody listens at its port", lambda: not listens(web2))
    try:
        assert ask(web_tier, 3) == [200] * 3
        seen = lines(web_tier.servers["front"])[before:]
        assert [status for line in seen for who, status in line.asked if who in web2.url] == [502]
        assert sum(line.refused for line in seen) == 1
        assert shares(web_tier, seen)["web2"] == 0
        for process in web_tier.processes.values():
            process.kill()
        assert ask(web_tier, 1) == [503]
        assert lines(web_tier.servers["front"])[-1].answered_by == ""
    finally:
        for process in web_tier.processes.values():
            if not process.alive:
                process.start()


def test_redis_and_pgbouncer_count_what_they_were_given(web_tier: Running) -> None:
    """Two keys more in Redis; three transactions through PgBouncer, one of them of two statements."""
    with (
        Redis.from_url(web_tier.servers["sessions"].url) as redis,
        psycopg.connect(web_tier.servers["pool"].url, autocommit=True) as connection,
    ):
        connection.execute("SELECT 1")
        redis.flushdb()
        with counting(web_tier.servers) as counted:
            redis.mset({"a": 1, "b": 2})
            connection.execute("SELECT 1")
            connection.execute("SELECT 1")
            with connection.transaction():
                connection.execute("SELECT 1")
    assert counted["sessions"]["keys"] == 2 and counted["sessions"]["commands"] >= 1
    assert counted["pool"] == {"transactions": 3, "queries": 5}
    assert counted.doubts == []
