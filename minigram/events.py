"""What happens in the app, told to whoever has to follow it up. The one door is `events.publish(tx, event)`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from minigram.databases import Transaction

Handler = Callable[[Transaction, Any], None]
"""Follows an event up within a transaction at the home that it concerns. Being told twice must change nothing."""

Handlers = Mapping[type["Event"], Sequence[Handler]]

H = TypeVar("H", bound=Callable[..., None])


def once(handler: H) -> H:
    """Declares that a handler runs once, at the directory's home, and not at every home that the event concerns."""
    handler.once = True  # type: ignore[attr-defined]
    return handler


def runs_once(handler: Handler) -> bool:
    """Whether it is declared so."""
    return getattr(handler, "once", False)


class Events(Protocol):
    """Where the parts tell what they have done."""

    def publish(self, tx: Transaction, event: "Event") -> None:
        """Hand the event to its handlers if, and only if, `tx` commits."""


@dataclass(frozen=True)
class Event:
    """Something that has happened."""

    @property
    def by(self) -> int:
        """Whose deed it was. What the same person has done is followed up in the order in which it happened."""
        raise NotImplementedError

    @property
    def home(self) -> int | None:
        """The id at whose home the event is followed up; None means at every home."""
        return None


@dataclass(frozen=True)
class PhotoPosted(Event):
    photo: int
    author: int

    @property
    def by(self) -> int:
        return self.author

    @property
    def home(self) -> int:
        return self.author


@dataclass(frozen=True)
class PhotoDeleted(Event):
    photo: int
    author: int
    media: str

    @property
    def by(self) -> int:
        return self.author

    @property
    def home(self) -> int:
        return self.author


@dataclass(frozen=True)
class Followed(Event):
    follower: int
    followee: int

    @property
    def by(self) -> int:
        return self.follower

    @property
    def home(self) -> int:
        return self.followee


@dataclass(frozen=True)
class Unfollowed(Followed):
    pass


@dataclass(frozen=True)
class Liked(Event):
    photo: int
    person: int

    @property
    def by(self) -> int:
        return self.person

    @property
    def home(self) -> int:
        return self.photo


@dataclass(frozen=True)
class Unliked(Liked):
    pass


@dataclass(frozen=True)
class Commented(Event):
    photo: int
    comment: int
    person: int

    @property
    def by(self) -> int:
        return self.person

    @property
    def home(self) -> int:
        return self.photo


@dataclass(frozen=True)
class CommentDeleted(Commented):
    pass


@dataclass(frozen=True)
class PersonDeleted(Event):
    person: int
    name: str
    email: str

    @property
    def by(self) -> int:
        return self.person


class WithinTransaction:
    """Handlers run inside the transaction that publishes: all of it commits, or none."""

    def __init__(self, handlers: Callable[[], Handlers]) -> None:
        self._handlers = handlers  # asked when the first event comes: the handlers belong to parts that publish, too

    def publish(self, tx: Transaction, event: Event) -> None:
        for handle in self._handlers().get(type(event), ()):
            handle(tx, event)
