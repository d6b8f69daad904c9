"""The home feed, and everybody's newest photos."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from minigram.social.photos import NEWEST
from minigram.social.photos import PAGE as LENGTH
from minigram.web.page import Link, Page, system
from minigram.web.paging import cursor
from minigram.web.viewer import viewer, viewer_id

blueprint = Blueprint("feed", __name__)
PAGE = Page(blueprint, links=(Link("Home", "feed.home", "in"), Link("Newest", "feed.newest")))


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The feed of who is logged in; a welcome to who is not."""
    me = viewer()
    if me is None:
        return render_template("welcome.html", photos=system().photos.newest(0)[:9])
    before = cursor("before", NEWEST)
    photos = system().feed.home(me.id, before)
    return render_template("home.html", photos=photos, first=before == NEWEST, more=len(photos) == LENGTH)


@blueprint.get("/newest")
def newest() -> ResponseReturnValue:
    before = cursor("before", NEWEST)
    photos = system().photos.newest(viewer_id(), before)
    return render_template("newest.html", photos=photos, first=before == NEWEST, more=len(photos) == LENGTH)
