"""What somebody has liked, the newest likes first, from all servers. The statement says what is asked for."""

from minigram.databases.sharded.databases import ShardedDatabases


class Liked:
    """Likes lie with their photos, on every server; their order is that of (`liked_at`, `photo_id`)."""

    def __init__(self, databases: ShardedDatabases) -> None:
        self._databases = databases

    def page(self, person: int, cursor: str | None, limit: int) -> tuple[list[int], str | None]:
        """The ids of the photos of a page, and the cursor of the next, or None after the last.

        Raises Invalid for a text that is no cursor, and Unavailable where a server does not answer.
        """
        raise NotImplementedError
