"""What may happen in a history, and what each page has to be: the definition of the statement."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAY = datetime(2019, 7, 14, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Add:
    """A photo is posted or imported: `at` is its time, in microseconds after DAY. A later one has a greater id."""

    photo: int
    author: str
    at: int


@dataclass(frozen=True)
class Delete:
    """A photo is deleted, if it is there; without a number the one that the last page ended with."""

    photo: int | None = None


@dataclass(frozen=True)
class Turn:
    """You turn to the next page, and after the last to the first."""

    limit: int


Step = Add | Delete | Turn


class Model:
    """The photos that you may see, and where in their order you are. `last` is the last photo that you saw, or 0."""

    def __init__(self) -> None:
        self.last = 0
        self._there: dict[int, tuple[int, int]] = {}
        self._place: tuple[int, int] | None = None

    def add(self, step: Add) -> None:
        self._there[step.photo] = (step.at, step.photo)

    def delete(self, photo: int) -> None:
        self._there.pop(photo, None)

    def turn(self, limit: int) -> tuple[list[int], bool]:
        """The photos of the next page, and whether more come after it."""
        left = sorted((at for at in self._there.values() if self._place is None or at < self._place), reverse=True)
        page, more = left[:limit], len(left) > limit
        self._place = page[-1] if more else None
        self.last = page[-1][1] if page else 0
        return [photo for _, photo in page], more


def time(at: int) -> datetime:
    """A moment, from microseconds after DAY."""
    return DAY + timedelta(microseconds=at)
