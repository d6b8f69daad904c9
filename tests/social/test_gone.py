"""A request that was let in just before its account was deleted leaves nothing behind."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from sqlalchemy import insert

from minigram.social.errors import Missing
from minigram.social.people import Person
from minigram.social.tables import comments
from minigram.stages.ch01_one_server import OneServer
from tests.social.conftest import PASSWORD


def sea() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(file, "JPEG")
    file.seek(0)
    return file


@pytest.fixture
def photo(system: OneServer, join: Callable[[], Person]) -> int:
    """Of somebody who stays."""
    return system.photos.post(join().id, sea(), "")


@pytest.fixture
def gone(system: OneServer, join: Callable[[], Person]) -> Person:
    """Somebody who has just left."""
    person = join()
    system.people.leave(person.id, PASSWORD)
    return person


def test_a_like_and_a_comment_are_taken_back(system: OneServer, photo: int, gone: Person) -> None:
    """They lie at another's home, where nothing refuses them: they are refused all the same."""
    with pytest.raises(Missing):
        system.likes.like(photo, gone.id)
    with pytest.raises(Missing):
        system.comments.write(photo, gone.id, "too late")
    seen = system.photos.get(photo, 0)
    assert (seen.likes, seen.comments, system.comments.on(photo)) == (0, 0, [])


def test_an_edge_is_refused_at_either_end(system: OneServer, join: Callable[[], Person], gone: Person) -> None:
    """Who has left neither follows nor is followed."""
    other = join()
    for follower, followee in ((gone.id, other.id), (other.id, gone.id)):
        with pytest.raises(Missing):
            system.follows.follow(follower, followee)
    assert system.follows.counts(other.id) == (0, 0) == system.follows.counts(gone.id)


def test_a_photo_and_a_session_are_refused(system: OneServer, gone: Person) -> None:
    """No row, no image file, no token."""
    with pytest.raises(Missing):
        system.photos.post(gone.id, sea(), "too late")
    with pytest.raises(Missing):
        system.sessions.start(gone.id)
    assert system.photos.count(gone.id) == 0


def test_a_page_of_comments_is_full_though_some_have_left(
    system: OneServer, photo: int, join: Callable[[], Person], gone: Person
) -> None:
    """What is left of somebody who has left is not shown, and the page is filled from the next: it is not the last."""
    stays = join()
    for number in range(55):
        system.comments.write(photo, stays.id, str(number))
        if number in (7, 20, 49):
            with system.databases.of(photo).begin() as tx:
                tx.execute(insert(comments).values(photo_id=photo, person_id=gone.id, text="not swept up yet"))
    first = system.comments.on(photo)
    assert [said.text for said in first] == [str(n) for n in range(50)]
    assert [said.text for said in system.comments.on(photo, first[-1].id)] == [str(n) for n in range(50, 55)]
