"""The Flask app over a system: its pages, in its frame."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask, request
from flask.wrappers import Response
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]
from werkzeug.routing import BaseConverter

from minigram.sessions import DAYS
from minigram.web import frame
from minigram.web.pages import errors

if TYPE_CHECKING:
    from minigram.stages.ch01_one_server import OneServer

MOST = 10 * 1024 * 1024
"""How many bytes a request may have."""
UNREAD, PATIENCE = 10 * MOST, 10.0
"""Bytes and seconds for which a request is read on that was answered before its end."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(system: "OneServer") -> Flask:
    """The WSGI app. It owns nothing: whoever built the system closes it."""
    app = Flask("minigram.web")
    app.config.update(
        SECRET_KEY=system.addresses.secret,
        SESSION_COOKIE_NAME="minigram",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=DAYS),
        MAX_CONTENT_LENGTH=MOST,
        MAX_FORM_MEMORY_SIZE=MOST,  # a text that is too long gets its own answer, beside its field
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch still works
    )
    app.extensions["minigram"] = system
    app.url_map.converters.update(id=Id, handle=Handle)
    csrf = CSRFProtect(app)
    for page in system.pages:
        app.register_blueprint(page.blueprint)
        if page.api:
            csrf.exempt(page.blueprint)
    frame.draw(app, system.pages)
    errors.answer(app, system.pages)
    app.add_url_rule("/health", view_func=health)
    app.after_request(guard)
    app.after_request(hear_out)
    return app


def health() -> Response:
    """The process can answer. PostgreSQL is not asked: a web server that takes its database's illness for its
    own would be taken away just when it is needed to say, on a page, what is the matter."""
    return Response("ready\n", mimetype="text/plain")


def guard(response: Response) -> Response:
    """What every answer tells the browser: nothing runs here, nobody frames this, and pages are not kept."""
    response.headers.extend(HEADERS)
    if response.mimetype == "text/html" and request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def hear_out(response: Response) -> Response:
    """Read to the end, and forget, what nobody wanted to read: whoever hangs up on somebody who still sends takes the
    answer away with it (RFC 9112, section 9.6)."""
    end = time.monotonic() + PATIENCE
    unread, sent = UNREAD, request.environ["wsgi.input"]
    while unread > 0 and time.monotonic() < end and (some := sent.read(1 << 16)):
        unread -= len(some)
    return response


class Id(BaseConverter):
    """The id of a photo or a comment: 1 to 9 * 10^18, which 63 bits hold. Any other path does not exist."""

    # The pattern has to say it all: where to_python refuses, Werkzeug may answer 405 for the path's other methods.
    regex = "[1-9][0-9]{0,17}|[1-8][0-9]{18}"

    def to_python(self, value: str) -> int:
        return int(value)


class Handle(BaseConverter):
    """A person's name, in either case."""

    regex = "[A-Za-z0-9._]{2,30}"
