"""What Redis holds of sessions: no token, and nothing for ever."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from minigram.lab.running import Running, running
from minigram.sessions.shared import LASTS, SharedSessions, Store
from minigram.social.people import Person
from minigram.stages.ch02_web_tier import WebTier
from tests.servers.standing_still import only_the_first_waits


@pytest.fixture(scope="module")
def tier() -> Iterator[Running]:
    with running(WebTier, processes=False) as found:
        yield found


@pytest.fixture
def store(tier: Running) -> str:
    """A Redis."""
    return tier.servers["sessions"].url


@pytest.fixture
def sessions(store: str) -> SharedSessions:
    people = {7: Person(7, "ann", "", "", datetime.now(UTC))}
    return SharedSessions(Store(store), people.get)


@pytest.fixture
def redis(store: str) -> Iterator[Redis]:
    with Redis.from_url(store, decode_responses=True) as client:
        client.flushdb()
        yield client


def test_what_is_held_cannot_be_used_to_log_in(sessions: SharedSessions, redis: Redis) -> None:
    """Neither a key nor what a person's list holds has the token in it."""
    token = sessions.start(7)
    held = str([*redis.scan_iter(), redis.zrange("sessions:7", 0, -1)])
    assert redis.dbsize() == 2 and token not in held


def test_nothing_is_held_for_ever(sessions: SharedSessions, redis: Redis) -> None:
    """Every key goes by itself, when a session is over."""
    sessions.start(7)
    left = [redis.ttl(key) for key in redis.scan_iter()]
    assert all(LASTS - timedelta(minutes=1) < timedelta(seconds=int(str(ttl))) <= LASTS for ttl in left)


def test_what_is_over_is_gone(sessions: SharedSessions, redis: Redis) -> None:
    """A session whose time has come is nobody's, and the next log-in takes it off the person's list."""
    token = sessions.start(7)
    for key in redis.scan_iter("session:*"):
        redis.delete(key)  # as Redis does it when the time has come
        redis.zadd("sessions:7", {str(key).removeprefix("session:"): 1})
    assert sessions.find(token) is None
    sessions.start(7)
    assert redis.zcard("sessions:7") == 1


def test_ending_all_ends_what_is_there(sessions: SharedSessions, redis: Redis) -> None:
    """Three sessions end, nothing is left, and ending them once more is no error."""
    tokens = [sessions.start(7) for _ in range(3)]
    sessions.end_all(7)
    sessions.end_all(7)
    assert [sessions.find(token) for token in tokens] == [None] * 3 and redis.dbsize() == 0


def test_who_asks_a_redis_that_stands_still_is_told(tier: Running, sessions: SharedSessions, redis: Redis) -> None:
    """In the end, and those who come after them at once; afterwards everybody is still logged in."""
    token = sessions.start(7)
    only_the_first_waits(tier.servers["sessions"], lambda: sessions.find(token))
