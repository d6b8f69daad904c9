"""Posting a photo, looking at it, liking it, deleting it."""

from typing import BinaryIO, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from minigram.social.comments import PAGE as COMMENTS
from minigram.social.errors import Invalid
from minigram.web.page import Link, Page, system
from minigram.web.paging import cursor
from minigram.web.viewer import own_path, person, viewer_id

blueprint = Blueprint("photos", __name__)
PAGE = Page(blueprint, links=(Link("Post", "photos.new", "in"),))


@blueprint.get("/photos/new")
def new() -> ResponseReturnValue:
    person()
    return render_template("upload.html", caption="", error=None)


@blueprint.post("/photos/new")
def post() -> ResponseReturnValue:
    me = person()
    caption = request.form.get("caption", "")
    try:
        upload = request.files.get("photo")
        if upload is None or not upload.filename:
            raise Invalid("photo", "Choose a photo to post: a JPEG, PNG or WebP file.")
        photo = system().photos.post(me.id, cast(BinaryIO, upload.stream), caption)
    except Invalid as error:
        return render_template("upload.html", caption=caption, error=error), 422
    flash("Your photo is posted.")
    return redirect(url_for("photos.show", photo=photo), 303)


@blueprint.get("/photos/<id:photo>")
def show(photo: int) -> ResponseReturnValue:
    return page(photo)


def page(id: int, said: str = "", error: Invalid | None = None) -> str:
    """The page of a photo, with a page of its comments and what somebody is about to say."""
    after = cursor("after", 0)
    photo = system().photos.get(id, viewer_id())
    comments = system().comments.on(id, after)
    more = len(comments) == COMMENTS and photo.comments > COMMENTS
    return render_template("photo.html", photo=photo, comments=comments, after=after, more=more, said=said, error=error)


@blueprint.post("/photos/<id:photo>/like")
def like(photo: int) -> ResponseReturnValue:
    system().likes.like(photo, person().id)
    return _back(photo)


@blueprint.post("/photos/<id:photo>/unlike")
def unlike(photo: int) -> ResponseReturnValue:
    system().likes.unlike(photo, person().id)
    return _back(photo)


@blueprint.post("/photos/<id:photo>/delete")
def delete(photo: int) -> ResponseReturnValue:
    me = person()
    system().photos.delete(photo, me.id)
    flash("Your photo is deleted.")
    return redirect(url_for("people.profile", name=me.name), 303)


def _back(photo: int) -> ResponseReturnValue:
    """To where the button was."""
    return redirect(own_path(request.form.get("next")) or url_for("photos.show", photo=photo), 303)
