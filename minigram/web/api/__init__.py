"""The JSON API: what the pages offer, for programs. This is all of it that chapter 1 has."""

from typing import TYPE_CHECKING

from minigram.social.errors import Forbidden, Invalid, Missing
from minigram.web.api import accounts, comments, document, people, photos, problems
from minigram.web.api.operations import Api
from minigram.web.page import Page

if TYPE_CHECKING:
    from minigram.stages.ch01_one_server import OneServer


def page(system: "OneServer") -> Page:
    """The API, for the app to register, with its document."""
    api = Api("api")
    api.operation("POST", "/people", accounts.sign_up, Invalid)
    api.operation("POST", "/sessions", accounts.log_in, Invalid, Missing)
    api.operation("DELETE", "/sessions", accounts.log_out)
    api.operation("GET", "/me", accounts.show_me)
    api.operation("PATCH", "/me", accounts.describe_me, Invalid)
    api.operation("DELETE", "/me", accounts.leave, Invalid)
    api.operation("GET", "/people/<handle:name>", people.show, Missing)
    api.operation("GET", "/people/<handle:name>/photos", photos.by, Missing)
    api.operation("PUT", "/people/<handle:name>/follow", people.follow, Missing, Invalid)
    api.operation("DELETE", "/people/<handle:name>/follow", people.unfollow, Missing)
    api.operation("GET", "/feed", photos.feed)
    api.operation("GET", "/newest", photos.newest)
    api.operation("POST", "/photos", photos.post, Missing, Invalid)
    api.operation("GET", "/photos/<id:photo>", photos.show, Missing)
    api.operation("DELETE", "/photos/<id:photo>", photos.delete, Missing, Forbidden)
    api.operation("PUT", "/photos/<id:photo>/like", photos.like, Missing)
    api.operation("DELETE", "/photos/<id:photo>/like", photos.unlike)
    api.operation("GET", "/photos/<id:photo>/comments", comments.on, Missing)
    api.operation("POST", "/photos/<id:photo>/comments", comments.write, Missing, Invalid)
    api.operation("DELETE", "/comments/<id:comment>", comments.delete, Missing, Forbidden)
    document.add_to(api)
    return Page(api, api=True, errors=problems.answer)
