"""The pages of the app, a module each."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minigram.stages.ch01_one_server import OneServer
    from minigram.web.page import Page


def of(system: "OneServer") -> "tuple[Page, ...]":
    """The pages and the API."""
    from minigram.web import api
    from minigram.web.pages import account, comments, feed, images, people, photos

    return (feed.PAGE, photos.PAGE, comments.PAGE, people.PAGE, account.PAGE, images.PAGE, api.page(system))
