"""Each request reads as its session: never behind what that has written or seen, whichever web server it meets.

Nothing is asked of Redis before the request first asks PostgreSQL, and nothing is written unless a mark has changed.
"""

import secrets

from flask import Blueprint, current_app, g, request, session
from flask.wrappers import Response

from minigram.databases import Unavailable
from minigram.databases.replicated.session import Session, reading_as
from minigram.sessions.places import KeptPlaces
from minigram.web.api.requests import bearer
from minigram.web.page import Page


def page(places: KeptPlaces) -> Page:
    """No page to look at: it takes part in every request."""
    blueprint = Blueprint("reading", __name__)
    blueprint.before_app_request(lambda: _begin(places))
    blueprint.after_app_request(lambda response: _keep(places, response))
    blueprint.teardown_app_request(_end)
    return Page(blueprint)


def _begin(places: KeptPlaces) -> None:
    token = ""

    def key() -> str:
        nonlocal token
        token = bearer() if request.authorization else session.get("token") or ""
        return token or secrets.token_hex(8)  # of somebody who has no session, the request is one

    g.reading = reading_as(Session(key, lambda key: places.load(key) if token else {}))
    g.reader = g.reading.__enter__()


def _keep(places: KeptPlaces, response: Response) -> Response:
    reader: Session | None = g.get("reader")  # there is none where the request was refused before it began to read
    if reader is not None and reader.changed:
        try:
            places.save(reader.key, reader.places)
        except Unavailable as error:  # what was done would not be seen by who did it: it is not acknowledged
            return current_app.make_response(current_app.handle_user_exception(error))
    return response


def _end(error: BaseException | None) -> None:
    if reading := g.pop("reading", None):
        reading.__exit__(None, None, None)
