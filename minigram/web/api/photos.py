"""Photos: the feeds, posting, looking, deleting, liking."""

from collections.abc import Sequence
from typing import BinaryIO, cast

from flask import request, url_for

from minigram.media import SIZES
from minigram.social.people import Person
from minigram.social.photos import NEWEST, PAGE, Photo
from minigram.web.api import shapes
from minigram.web.api.shapes import Cursor
from minigram.web.page import system


def feed(me: Person, before: Cursor = NEWEST) -> shapes.Photos:
    """Your home feed: the photos of those whom you follow, and your own."""
    return page(system().feed.home(me.id, before))


def newest(me: Person, before: Cursor = NEWEST) -> shapes.Photos:
    """Everybody's photos."""
    return page(system().photos.newest(me.id, before))


def by(me: Person, name: str, before: Cursor = NEWEST) -> shapes.Photos:
    """A person's photos."""
    return page(system().photos.by(system().people.named(name).id, me.id, before))


def post(me: Person, sent: shapes.Post) -> shapes.Photo:
    """Post a photo. It is decoded and written anew, upright and without what the camera noted about it."""
    id = system().photos.post(me.id, cast(BinaryIO, sent.photo.stream), sent.caption)
    return show(me, id)


def show(me: Person, photo: int) -> shapes.Photo:
    """A photo."""
    return shown([system().photos.get(photo, me.id)])[0]


def delete(me: Person, photo: int) -> None:
    """Delete a photo of yours, with its likes and comments."""
    system().photos.delete(photo, me.id)


def like(me: Person, photo: int) -> None:
    """Like. Doing it twice changes nothing."""
    system().likes.like(photo, me.id)


def unlike(me: Person, photo: int) -> None:
    """Like no longer. Doing it twice changes nothing."""
    system().likes.unlike(photo, me.id)


def page(found: Sequence[Photo]) -> shapes.Photos:
    """A page of photos, with the path of the next if this one is full."""
    more = f"{request.script_root}{request.path}?before={found[-1].id}" if len(found) == PAGE else None
    return shapes.Photos(shown(found), more)


def shown(found: Sequence[Photo]) -> list[shapes.Photo]:
    """Photos as the API shows them."""
    # Building a URL takes longer than all the rest of a photo: one is built, whatever the number of photos.
    url = url_for("images.image", media="MEDIA", size="SIZE")
    image, thumbnail = (url.replace("SIZE", size) for size in SIZES)
    return [
        shapes.Photo(
            str(photo.id),
            photo.author,
            image.replace("MEDIA", photo.media),
            thumbnail.replace("MEDIA", photo.media),
            photo.width,
            photo.height,
            photo.caption,
            photo.posted_at,
            photo.likes,
            photo.comments,
            photo.liked,
        )
        for photo in found
    ]
