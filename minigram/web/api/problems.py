"""What goes wrong, as RFC 9457 has it: `application/problem+json` with status, sentence and the field it is about."""

from http import HTTPStatus

import msgspec
from flask import Response
from msgspec import Struct
from werkzeug.exceptions import HTTPException

from minigram.databases import Unavailable
from minigram.social.errors import Forbidden, Invalid, Missing, Refused

STATUS: dict[type[Refused], int] = {Invalid: 422, Missing: 404, Forbidden: 403}
"""The status of what the app refuses; a subclass has that of its parent."""

MEDIA_TYPE = "application/problem+json"


class Problem(Struct, omit_defaults=True):
    """What went wrong: `title` is that of the status, `detail` is for the person who asked."""

    title: str
    status: int
    detail: str
    field: str | None = None


def status(refusal: type[Refused]) -> int:
    """The HTTP status of a refusal."""
    return next(STATUS[c] for c in refusal.__mro__ if c in STATUS)


def answer(error: Exception) -> Response:
    """The response to any exception. It tells nothing about our own mistakes but that there is one."""
    if isinstance(error, Refused):
        return _response(status(type(error)), str(error), getattr(error, "field", "") or None)
    if isinstance(error, Unavailable):
        response = _response(
            503, "The database does not answer just now. Look whether what you did is there, and try again."
        )
        response.headers["Retry-After"] = "1"
        return response
    if isinstance(error, HTTPException):
        return _http(error)
    return _response(500, "Something is broken on our side. Nothing that you sent is to blame.")


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:  # a redirection is no problem
        found = error.get_response()
        return Response(found.get_data(), found.status, found.headers)
    response = _response(error.code, error.description or HTTPStatus(error.code).description)
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers.set(name, value)
    return response


def _response(status: int, detail: str, field: str | None = None) -> Response:
    body = msgspec.json.encode(Problem(HTTPStatus(status).phrase, status, detail, field))
    return Response(body, status, mimetype=MEDIA_TYPE)
