"""The page of what one has saved, and a button on the page of each photo."""

from typing import TYPE_CHECKING, cast

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from minigram.web.page import Link, Page, system
from minigram.web.viewer import person

if TYPE_CHECKING:
    from minigram.bookmarks.saved import Saved
    from minigram.stages.ch90_bookmarks import Bookmarks

blueprint = Blueprint("bookmarks", __name__, template_folder="templates")
PAGE = Page(
    blueprint,
    links=(Link("Saved", "bookmarks.mine", "in"),),
    blocks={"photo.actions": "bookmarks/button.html"},
)


@blueprint.get("/saved")
def mine() -> ResponseReturnValue:
    return render_template("bookmarks/saved.html", photos=_saved().by(person().id))


@blueprint.post("/photos/<id:photo>/save")
def save(photo: int) -> ResponseReturnValue:
    _saved().save(person().id, photo)
    return redirect(url_for("photos.show", photo=photo), 303)


@blueprint.post("/photos/<id:photo>/drop")
def drop(photo: int) -> ResponseReturnValue:
    _saved().drop(person().id, photo)
    return redirect(url_for("photos.show", photo=photo), 303)


@blueprint.app_template_test("saved_by")
def saved_by(photo: int, person: int) -> bool:
    return _saved().has(person, photo)


def _saved() -> "Saved":
    return cast("Bookmarks", system()).bookmarks
