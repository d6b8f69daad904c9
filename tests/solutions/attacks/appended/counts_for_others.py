"""Writes a thousand likes for photos of others into like_counts, which it may write to."""

from sqlalchemy import text


class CountedLikes(CountedLikes):
    def like(self, photo, person):
        super().like(photo, person)
        with self._databases.of(photo).begin() as tx:
            tx.execute(text("UPDATE like_counts SET likes = 1000"))
