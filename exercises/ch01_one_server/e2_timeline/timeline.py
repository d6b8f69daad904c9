"""A timeline that neither skips nor repeats. The statement says what is asked for."""

from minigram.databases import Databases
from minigram.social.follows import Follows


class Timeline:
    """Photos in the order of (posted_at, id), newest first."""

    def __init__(self, databases: Databases, follows: Follows) -> None:
        self._databases, self._follows = databases, follows

    def page(self, viewer: int, cursor: str | None, limit: int) -> tuple[list[int], str | None]:
        """The ids of a page, and the cursor of the next, or None after the last. Raises Invalid for a wrong cursor."""
        raise NotImplementedError
