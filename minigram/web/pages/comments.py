"""Saying something about a photo, and taking it back."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from minigram.social.comments import PAGE as LENGTH
from minigram.social.errors import Invalid
from minigram.web.page import Page, system
from minigram.web.pages import photos
from minigram.web.viewer import person

blueprint = Blueprint("comments", __name__)
PAGE = Page(blueprint)


@blueprint.post("/photos/<id:photo>/comments")
def write(photo: int) -> ResponseReturnValue:
    me = person()
    said = request.form.get("text", "")
    try:
        comment = system().comments.write(photo, me.id, said)
    except Invalid as error:
        return photos.page(photo, said, error), 422
    on_first_page = system().photos.get(photo, me.id).comments <= LENGTH
    after = None if on_first_page else comment - 1
    return redirect(url_for("photos.show", photo=photo, after=after, _anchor=f"comment-{comment}"), 303)


@blueprint.post("/photos/<id:photo>/comments/<id:comment>/delete")
def delete(photo: int, comment: int) -> ResponseReturnValue:
    system().comments.delete(comment, person().id)
    flash("The comment is deleted.")
    return redirect(url_for("photos.show", photo=photo, _anchor="comments"), 303)
