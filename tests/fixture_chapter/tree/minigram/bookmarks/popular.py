"""Counted in Redis: how often a photo was saved, by the worker; how often a feed was read, by the app."""

from typing import cast

from redis import Redis

from minigram.social.feed import Feed
from minigram.social.photos import NEWEST, Photo


class Popular:
    """Whoever saves a photo leaves its id in a list; the worker takes it out and counts it."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def saved(self, photo: int) -> None:
        self._redis.lpush("saved", photo)

    def count_one(self, wait: float) -> bool:
        """Count one photo that was saved; False if none came for so many seconds."""
        found = self._redis.brpop(["saved"], timeout=wait)
        if found is None:
            return False
        self._redis.zincrby("popular", 1, cast(tuple[str, str], found)[1])
        return True

    def most(self, count: int) -> list[tuple[int, int]]:
        """(photo, how often it was saved), the most popular first."""
        found = self._redis.zrevrange("popular", 0, count - 1, withscores=True)
        return [(int(photo), int(times)) for photo, times in cast(list[tuple[str, float]], found)]


class CountedFeed(Feed):
    """The feed beneath, and a count of how often each person has read it."""

    def __init__(self, beneath: Feed, redis: Redis) -> None:
        self._beneath, self._redis = beneath, redis

    def home(self, viewer: int, before: int = NEWEST) -> list[Photo]:
        self._redis.hincrby("feeds", str(viewer), 1)
        return self._beneath.home(viewer, before)

    def reads(self, viewer: int) -> int:
        return int(cast(str | None, self._redis.hget("feeds", str(viewer))) or 0)
