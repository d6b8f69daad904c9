"""Redis, whoever runs it: a password, and nothing acknowledged is lost when it is killed."""

from collections.abc import Iterator

import pytest
import redis

from minigram.addresses import Need
from minigram.lab.running import Running, running
from minigram.system import Minigram


class Keys(Minigram):
    number, stem, title = 2, "ch02_keys", "One Redis"

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        return (Need("redis", "keys"),)


@pytest.fixture(scope="module")
def keys(provider: str) -> Iterator[Running]:
    with running(Keys) as found:
        assert found.provider == provider
        yield found


def test_it_takes_the_password(keys: Running) -> None:
    """Nobody is served without it, not even from this machine."""
    url = keys.servers["keys"].url.replace(keys.servers["keys"].secret, "0" * 32)
    with redis.Redis.from_url(url) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_a_killed_server_comes_back_with_what_was_acknowledged(keys: Running) -> None:
    """Each of a hundred answers was on the disk before it was sent; expiry is remembered, too."""
    server = keys.servers["keys"]
    with redis.Redis.from_url(server.url) as client:
        for n in range(100):
            client.set(f"key {n}", n, ex=1000)
    server.kill()
    with redis.Redis.from_url(server.url) as client, pytest.raises(redis.ConnectionError):
        client.ping()
    server.start()
    with redis.Redis.from_url(server.url) as client:
        assert client.dbsize() == 100
        assert 0 < int(client.ttl("key 7")) <= 1000
