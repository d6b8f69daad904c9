"""Chapter 1 with one bug each, planted to see whether a history shows it."""

import time
from collections import Counter
from dataclasses import replace
from typing import Any, ClassVar, cast

from minigram.addresses import Process
from minigram.social.comments import Comment, Comments
from minigram.social.likes import Likes
from minigram.social.photos import Photo, Photos
from minigram.stages.ch01_one_server import OneServer
from minigram.system import part


class LosesLikes(OneServer):
    """One like in four is acknowledged and not stored."""

    @part
    def likes(self) -> Likes:
        return _Forgets(self.databases, self.people, self.events)


class _Forgets(Likes):
    def like(self, photo: int, person: int) -> None:
        if (photo + person) % 4:
            super().like(photo, person)


class ReadsStaleCopies(OneServer):
    """Two web processes, and each shows a photo and its comments as they were up to a second ago."""

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        (web,) = super().processes()
        return (replace(web, argv=(*web.argv[:-1], "--workers", "2", web.argv[-1])),)

    @part
    def photos(self) -> Photos:
        return _Keeps(self.databases, self.media, self.events)

    @part
    def comments(self) -> Comments:
        return _KeepsComments(self.databases, self.people, self.events)


class _Keeps(Photos):
    seen: ClassVar[dict[tuple[int, int], tuple[float, Photo]]] = {}

    def get(self, id: int, viewer: int) -> Photo:
        kept = self.seen.get((id, viewer))
        if kept is None or kept[0] < time.monotonic():
            kept = self.seen[id, viewer] = (time.monotonic() + 1, super().get(id, viewer))
        return kept[1]


class _KeepsComments(Comments):
    seen: ClassVar[dict[tuple[int, int], tuple[float, list[Comment]]]] = {}

    def on(self, photo: int, after: int = 0) -> list[Comment]:
        kept = self.seen.get((photo, after))
        if kept is None or kept[0] < time.monotonic():
            kept = self.seen[photo, after] = (time.monotonic() + 1, super().on(photo, after))
        return kept[1]


class CountsTwice(OneServer):
    """A like that is sent again is counted again."""

    @part
    def photos(self) -> Photos:
        return _Adds(self)

    @part
    def likes(self) -> Likes:
        return _Notes(self.databases, self.people, self.events)


class _Notes(Likes):
    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.known: set[tuple[int, int]] = set()
        self.again: Counter[int] = Counter()

    def like(self, photo: int, person: int) -> None:
        super().like(photo, person)
        self.again[photo] += (photo, person) in self.known
        self.known.add((photo, person))

    def unlike(self, photo: int, person: int) -> None:
        super().unlike(photo, person)
        self.known.discard((photo, person))


class _Adds(Photos):
    def __init__(self, stage: CountsTwice) -> None:
        super().__init__(stage.databases, stage.media, stage.events)
        self.stage = stage

    def get(self, id: int, viewer: int) -> Photo:
        photo = super().get(id, viewer)
        return replace(photo, likes=photo.likes + cast(_Notes, self.stage.likes).again[id])
