"""Pages by keyset, against a model: whatever comes and goes meanwhile, nothing is missed or repeated."""

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from minigram.social.people import Person
from minigram.social.photos import NEWEST, Photo
from minigram.social.tables import photos
from minigram.stages.ch01_one_server import OneServer

Read = Callable[[int], list[Photo]]


class Author:
    """Somebody whose photos are rows alone: paging does not look at images."""

    def __init__(self, system: OneServer, person: Person) -> None:
        self.system, self.id, self.there = system, person.id, list[int]()

    def post(self, many: int) -> None:
        row = {"author_id": self.id, "media": "none", "width": 1, "height": 1, "caption": ""}
        with self.system.databases.of(self.id).begin() as tx:
            self.there += [r.id for r in tx.execute(insert(photos).values([row] * many).returning(photos.c.id))]

    def drop(self, position: int) -> None:
        if self.there:
            id = self.there.pop(position % len(self.there))
            with self.system.databases.of(id).begin() as tx:
                tx.execute(delete(photos).where(photos.c.id == id))


def meanwhile() -> st.SearchStrategy[list[tuple[str, int]]]:
    """What happens between two pages: posts of some photos, and deletions anywhere."""
    return st.lists(
        st.tuples(st.just("post"), st.integers(1, 30)) | st.tuples(st.just("drop"), st.integers(0, 200)), max_size=4
    )


@pytest.mark.parametrize("which", ["by", "home", "newest"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.integers(0, 70), events=st.lists(meanwhile(), min_size=1, max_size=6))
def test_nothing_is_missed_or_repeated(
    system: OneServer, join: Callable[[], Person], which: str, before: int, events: list[list[tuple[str, int]]]
) -> None:
    """A profile, a home feed and everybody's photos, read to the end while photos are posted and deleted."""
    author, reader = Author(system, join()), join()
    system.follows.follow(reader.id, author.id)
    if before:
        author.post(before)
    reads: dict[str, Read] = {
        "by": lambda cursor: system.photos.by(author.id, reader.id, cursor),
        "home": lambda cursor: system.feed.home(reader.id, cursor),
        "newest": lambda cursor: system.photos.newest(reader.id, cursor),
    }
    first, read, cursor = list(author.there), list[int](), NEWEST
    for number in count():
        page = reads[which](cursor)
        assert all(photo.id < cursor for photo in page)
        read += [photo.id for photo in page if photo.author_id == author.id]
        if not page or page[-1].id <= min(first, default=NEWEST):
            break
        cursor = page[-1].id
        for what, amount in events[number] if number < len(events) else ():
            (author.post if what == "post" else author.drop)(amount)
    assert read == sorted(set(read), reverse=True), "out of order, or repeated"
    assert set(read) <= set(first), "a photo that came later was put between"
    assert set(first) & set(author.there) <= set(read), "a photo that was there all the time was missed"
