"""Repair finds each thing that a crash can leave half done, mends it, and finds nothing where nothing is wrong."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from minigram.directory import handles
from minigram.events import Followed
from minigram.lab.people import fill
from minigram.lab.running import Running
from minigram.lab.town import Size
from minigram.outbox.table import at_home, row
from minigram.outbox.table import outbox as outbox_table
from minigram.repair.findings import Finding, findings
from minigram.social.tables import comments, followers, following, likes, people, photos
from tests.ch03_sharding.small import Small
from tests.ch03_sharding.town import PASSWORD, edge, outbox, settle

LONG_AGO = timedelta(hours=1)


def says(system: Small) -> list[str]:
    return [finding.says for finding in findings(system)]


def mend_all(system: Small) -> int:
    """Mend whatever is found; how much that was."""
    found = 0
    for finding in findings(system):
        finding.mend()
        found += 1
    return found


def test_nothing_is_found_where_nothing_is_wrong(system: Small) -> None:
    """A town that moved in by COPY, and people who followed, liked, wrote, unfollowed and left through the app."""
    fill(system, Size(60, 100, 600, 300))
    ann, ben, carla = (settle(system, shard) for shard in (0, 1, 4))
    for one, other in ((ann, ben), (ben, ann), (carla, ann), (ann, carla)):
        system.follows.follow(one, other)
    system.follows.unfollow(ann, carla)
    assert says(system) == []


@pytest.mark.parametrize("half", ["follower's", "followee's"])
def test_an_edge_at_one_end_only(system: Small, half: str) -> None:
    """What the follower's end says is right: the other end gets the edge, or loses it."""
    ann, ben = settle(system, 0), settle(system, 1)
    here = half == "follower's"
    with system.databases.of(ann if here else ben).begin() as tx:
        values = {"follower_id": ann, "followee_id": ben}
        tx.execute(insert(following if here else followers).values(values))
    (told,) = says(system)
    assert f"{ann} follows {ben}" in told
    assert edge(system, ann, ben) == ((1, 0) if here else (0, 1)), "being told changes nothing"
    assert mend_all(system) == 1 and says(system) == []
    assert edge(system, ann, ben) == ((1, 1) if here else (0, 0))


def test_a_sign_up_that_stopped_after_the_person(system: Small) -> None:
    """Nobody can find the person, who goes; somebody who signed up a moment ago is left alone."""
    ann, ben = settle(system, 0), settle(system, 1)
    with system.main.every()[0].begin() as tx:
        tx.execute(delete(handles))
    assert says(system) == [], "both may be signing up just now"
    _age(system, ann)
    (told,) = says(system)
    assert f"person {ann}" in told
    assert mend_all(system) == 1 and says(system) == []
    assert system.people.get(ann) is None and system.people.get(ben) is not None


def test_who_has_lost_their_handles_gets_them_back(system: Small) -> None:
    """Somebody who has a photo or an edge was once found by name."""
    ann, ben = settle(system, 0), settle(system, 1)
    system.follows.follow(ben, ann)
    person = system.people.get(ann)
    assert person is not None
    with system.main.every()[0].begin() as tx:
        tx.execute(delete(handles).where(handles.c.person_id == ann))
    _age(system, ann)
    assert mend_all(system) == 1 and says(system) == []
    assert system.directory.find(person.name) == ann


def test_handles_of_somebody_who_is_not_there(system: Small) -> None:
    """Both are free again, and those of others stay."""
    ann, ben = settle(system, 0), settle(system, 1)
    with system.databases.of(ann).begin() as tx:
        tx.execute(delete(people).where(people.c.id == ann))
    assert mend_all(system) == 2 and says(system) == []
    with system.main.every()[0].begin() as tx:
        assert {row.person_id for row in tx.execute(select(handles.c.person_id))} == {ben}


def _left_like(system: Small, ann: int, photo: int) -> None:
    with system.databases.of(photo).begin() as tx:
        tx.execute(insert(likes).values(photo_id=photo, person_id=ann))


def _left_comment(system: Small, ann: int, photo: int) -> None:
    with system.databases.of(photo).begin() as tx:
        tx.execute(insert(comments).values(photo_id=photo, person_id=ann, text="left"))


def _left_followed(system: Small, ann: int, photo: int) -> None:
    with system.databases.of(photo).begin() as tx:
        author = tx.execute(select(photos.c.author_id).where(photos.c.id == photo))[0].author_id
        tx.execute(insert(followers).values(followee_id=author, follower_id=ann))


def _left_following(system: Small, ann: int, photo: int) -> None:
    with system.databases.of(photo).begin() as tx:
        author = tx.execute(select(photos.c.author_id).where(photos.c.id == photo))[0].author_id
        tx.execute(insert(following).values(follower_id=author, followee_id=ann))


@pytest.mark.parametrize("leave", [_left_like, _left_comment, _left_followed, _left_following])
def test_what_somebody_who_has_left_has_left_behind(system: Small, leave: Callable[[Small, int, int], None]) -> None:
    """A like, a comment, an edge in either direction goes; the photo and what others gave it stay."""
    ann, ben, carla = (settle(system, shard) for shard in (0, 1, 2))
    with system.databases.of(ben).begin() as tx:
        new = insert(photos).values(author_id=ben, media="", width=1, height=1, caption="")
        photo = tx.execute(new.returning(photos.c.id))[0].id
    system.likes.like(photo, carla)
    system.people.leave(ann, PASSWORD)
    assert says(system) == [], "the relay has still to tell everybody"
    for finding in _waited(system):
        finding.mend()
    leave(system, ann, photo)
    (told,) = says(system)
    assert f"person {ann} has left" in told
    assert mend_all(system) == 1 and says(system) == []
    seen = system.photos.get(photo, carla)
    assert (seen.likes, seen.comments, seen.liked) == (1, 0, True)
    assert system.follows.counts(ben) == (0, 0)


def test_events_that_nobody_hands_over(bench: Running, system: Small) -> None:
    """They are found once they are older than any relay leaves them, and handed over."""
    ann, ben = settle(system, 0), settle(system, 1)
    with system.databases.of(ann).begin() as tx:
        tx.execute(insert(following).values(follower_id=ann, followee_id=ben))
        tx.execute(row(Followed(ann, ben), 0, at_home(1)))
    assert says(system) == [], "it may be under way"
    (finding,) = _waited(system)
    assert "1 event" in finding.says and "db1" in finding.says
    finding.mend()
    assert edge(system, ann, ben) == (1, 1) and outbox(bench) == [] and says(system) == []


def _waited(system: Small) -> list[Finding]:
    """What is found when everything in the outboxes has waited for an hour."""
    for home in system.databases.every()[:4]:
        with home.begin() as tx:
            tx.execute(select(people.c.id).limit(1))
            tx.execute(update(outbox_table).values(made_at=func.now() - LONG_AGO))
    return [*findings(system)]


def _age(system: Small, person: int) -> None:
    with system.databases.of(person).begin() as tx:
        tx.execute(update(people).where(people.c.id == person).values(joined_at=func.now() - LONG_AGO))
