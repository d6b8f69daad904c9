"""Other people, and following them."""

from minigram.social.people import Person
from minigram.web.api import shapes
from minigram.web.page import system


def show(me: Person, name: str) -> shapes.Profile:
    """A person."""
    return profile(system().people.named(name), me)


def follow(me: Person, name: str) -> None:
    """Follow. Doing it twice changes nothing."""
    system().follows.follow(me.id, system().people.named(name).id)


def unfollow(me: Person, name: str) -> None:
    """Follow no longer. Doing it twice changes nothing."""
    system().follows.unfollow(me.id, system().people.named(name).id)


def profile(person: Person, viewer: Person) -> shapes.Profile:
    """A person as the viewer sees them."""
    followers, following = system().follows.counts(person.id)
    return shapes.Profile(
        str(person.id),
        person.name,
        person.full_name,
        person.bio,
        person.joined_at,
        photos=system().photos.count(person.id),
        followers=followers,
        following=following,
        followed=person.id != viewer.id and system().follows.follows(viewer.id, person.id),
    )
