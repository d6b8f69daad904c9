"""A person's page, and following."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from minigram.social.photos import NEWEST
from minigram.social.photos import PAGE as LENGTH
from minigram.web.page import Page, system
from minigram.web.paging import cursor
from minigram.web.viewer import person, viewer_id

blueprint = Blueprint("people", __name__)
PAGE = Page(blueprint)


@blueprint.get("/people/<handle:name>")
def profile(name: str) -> ResponseReturnValue:
    before = cursor("before", NEWEST)
    who, me = system().people.named(name), viewer_id()
    followers, following = system().follows.counts(who.id)
    photos = system().photos.by(who.id, me, before)
    return render_template(
        "profile.html",
        person=who,
        count=system().photos.count(who.id),
        followers=followers,
        following=following,
        followed=bool(me) and me != who.id and system().follows.follows(me, who.id),
        photos=photos,
        first=before == NEWEST,
        more=len(photos) == LENGTH,
    )


@blueprint.post("/people/<handle:name>/follow")
def follow(name: str) -> ResponseReturnValue:
    system().follows.follow(person().id, system().people.named(name).id)
    return redirect(url_for("people.profile", name=name), 303)


@blueprint.post("/people/<handle:name>/unfollow")
def unfollow(name: str) -> ResponseReturnValue:
    system().follows.unfollow(person().id, system().people.named(name).id)
    return redirect(url_for("people.profile", name=name), 303)
