"""What a request brings: who asks, and what they send. What cannot be read ends the request with a 4xx."""

import re
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar, cast

import msgspec
from flask import request
from msgspec import Struct
from werkzeug.datastructures import FileStorage, WWWAuthenticate
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, Unauthorized, UnsupportedMediaType

from minigram.social.errors import Invalid
from minigram.social.people import Person
from minigram.web.page import system

MOST_JSON = 64 * 1024
"""The longest JSON that is read, in bytes: the longest text, every character of it escaped, fits twice."""


class Body(Struct, forbid_unknown_fields=True):
    """The base of what is sent as JSON. A field that it does not know is refused, so that a slip of the pen shows."""


class Form:
    """The base of what is sent as a multipart form: a dataclass whose fields are FileStorage or str."""


B = TypeVar("B", bound=Body)
F = TypeVar("F", bound=Form)


def bearer() -> str:
    """The token of the Authorization header, or "". A cookie is never looked at, so no page can borrow it."""
    sent = request.authorization
    return sent.token or "" if sent is not None and sent.type == "bearer" else ""


def person() -> Person:
    """Who asks. Raises Unauthorized for a token that is missing, forged, over or logged out."""
    token = bearer()
    found = system().sessions.find(token) if token else None
    if found is None:
        raise Unauthorized(
            "Log in at POST /api/sessions, and send the token as 'Authorization: Bearer …'.",
            www_authenticate=WWWAuthenticate("Bearer"),
        )
    return found


def body(kind: type[B]) -> B:
    """The JSON of the request. Raises HTTPException, or Invalid for JSON of another shape."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send JSON, and say so: 'Content-Type: application/json'.")
    request.max_content_length = MOST_JSON
    sent = request.get_data(cache=False)
    if len(sent) >= MOST_JSON:  # of a body without a declared length, Werkzeug cuts off what is too much
        raise RequestEntityTooLarge
    try:
        return msgspec.json.decode(sent, type=kind)
    except msgspec.ValidationError as error:
        raise Invalid(_field(str(error)), f"{error}.") from error
    except (ValueError, RecursionError) as error:  # msgspec's DecodeError is a ValueError, and so is bad UTF-8
        raise BadRequest(f"This is not JSON in UTF-8: {error}.") from error


def form(kind: type[F]) -> F:
    """The multipart form of the request. Raises HTTPException, or Invalid where a field is missing."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send a form: 'Content-Type: multipart/form-data'.")
    assert is_dataclass(kind)
    sent: dict[str, Any] = {}
    for field in fields(kind):
        value = (request.files if field.type is FileStorage else request.form).get(field.name)
        if value is not None:
            sent[field.name] = value
        elif field.default is MISSING:
            raise Invalid(field.name, f"The form needs the field '{field.name}'.")
    return cast(F, kind(**sent))


def query(name: str, kind: Any, default: object) -> Any:
    """A value of the query. Raises Invalid."""
    text = request.args.get(name)
    if text is None:
        return default
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(name, f"'{name}' in the query: {error}.") from error


def _field(message: str) -> str:
    """The field in a message like "Expected `str`, got `int` - at `$.name`" or "… missing required field `name`"."""
    found = re.search(r"field `(\w+)`|at `\$\.(\w+)", message)
    return (found[1] or found[2]) if found else ""
