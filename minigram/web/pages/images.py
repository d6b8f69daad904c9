"""The images. One never changes under its name, so a browser that has it need not ask again."""

from flask import Blueprint, send_file
from flask.wrappers import Response

from minigram.web.page import Page, system

blueprint = Blueprint("images", __name__)
PAGE = Page(blueprint)

YEAR = 365 * 24 * 3600


@blueprint.get("/media/<media>/<size>.jpg")
def image(media: str, size: str) -> Response:
    response = send_file(system().media.find(media, size), mimetype="image/jpeg", max_age=YEAR)
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response
