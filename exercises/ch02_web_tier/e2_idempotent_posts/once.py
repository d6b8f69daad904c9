"""Posts that are done once, however often they are sent. The statement says what is asked for.

PostgreSQL has a table `answers`, which is defined in `stage.py` beside this file:
`from exercises.ch02_web_tier.e2_idempotent_posts.stage import KEPT, answers`.
"""

from collections.abc import Callable

from redis import Redis

from minigram.databases import Databases, Transaction


class Once:
    """What was answered to whom, by the key that came with the request."""

    def __init__(self, databases: Databases, shared: Redis) -> None:
        self._databases, self._shared = databases, shared

    def answer(self, person: int, key: str, asked: str, deed: Callable[[Transaction], str]) -> str:
        """What `deed` returned when it was done for this person and key: now, or the first time.

        Raises Invalid("Idempotency-Key", …) where the key came with something else that was asked, and what `deed`
        raises.
        """
        raise NotImplementedError
