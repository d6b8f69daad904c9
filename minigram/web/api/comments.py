"""What people write under a photo."""

from flask import request

from minigram.social.comments import PAGE
from minigram.social.people import Person
from minigram.web.api import shapes
from minigram.web.page import system


def on(me: Person, photo: int, after: shapes.Cursor = 0) -> shapes.Comments:
    """The comments on a photo."""
    system().photos.get(photo, me.id)
    found = system().comments.on(photo, after)
    more = f"{request.script_root}{request.path}?after={found[-1].id}" if len(found) == PAGE else None
    return shapes.Comments([shapes.Comment.of(comment) for comment in found], more)


def write(me: Person, photo: int, sent: shapes.Write) -> shapes.Created:
    """Comment on a photo."""
    return shapes.Created(str(system().comments.write(photo, me.id, sent.text)))


def delete(me: Person, comment: int) -> None:
    """Delete a comment that you wrote, or that stands under a photo of yours."""
    system().comments.delete(comment, me.id)
