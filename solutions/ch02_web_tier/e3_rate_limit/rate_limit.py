"""A limit that all web processes share: one script in Redis, which nothing can come between."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

SCRIPT = """
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')  -- one clock for all web processes
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local first = redis.call('LINDEX', KEYS[1], -limit)  -- the oldest that can still count
if first and now - first < window then
    return window - (now - first)
end
redis.call('RPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], -limit, -1)
redis.call('PEXPIRE', KEYS[1], window)
return 0
"""
ANSWERING = 0.9
"""Seconds that Redis is given; whoever comes meanwhile waits for it."""


class RateLimit:
    """The moments of a person's last comments are a list in Redis, no longer than the limit; it goes when the last of
    them has left the window."""

    def __init__(self, url: str) -> None:
        # Sent again after a time-out, a comment would count twice.
        never = Retry(NoBackoff(), 0)
        self._redis = Redis.from_url(url, socket_timeout=ANSWERING, socket_connect_timeout=ANSWERING, retry=never)
        self._ask = self._redis.register_script(SCRIPT)

    def wait(self, person: int, limit: int, window: int) -> int:
        """0 where the person may comment now, which is counted; else in how many milliseconds, which is not."""
        try:
            return int(self._ask(keys=[f"comments:{person}"], args=[limit, window]))
        except RedisError:
            return 0  # a limit that is away must not take the comments with it

    def close(self) -> None:
        """Let go of the connections."""
        self._redis.close()
