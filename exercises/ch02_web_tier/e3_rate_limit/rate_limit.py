"""A limit that all web processes share. The statement says what is asked for."""


class RateLimit:
    """At most so many comments of a person in any window of time."""

    def __init__(self, url: str) -> None:
        """`url` is that of a Redis which is there for this alone: `redis.Redis.from_url(url)`."""
        raise NotImplementedError

    def wait(self, person: int, limit: int, window: int) -> int:
        """0 where the person may comment now, which is counted; else in how many milliseconds, which is not."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the connections."""
        raise NotImplementedError
