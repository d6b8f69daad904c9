"""An operation of the API is a function: its signature says what it takes, its annotations what it answers.

    def trending(me: Person, place: str, before: Cursor = NEWEST) -> Photos:
        \"\"\"What everybody looks at right now.\"\"\"

    api = Api("trending_api")
    api.operation("GET", "/trending/<place>", trending, Missing)    # and what else it may raise
    Page(api, api=True, errors=problems.answer)

A parameter of type Person is who asks, and without a valid token the answer is 401. A Body is the JSON of the request,
a Form its multipart form; what stands in the path's <angle brackets> comes from there, and the rest from the query.
The function returns a Struct, sent as JSON, or None for 204. The OpenAPI document is made of the same signature.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

import msgspec
from flask import Blueprint, Response
from msgspec import Struct

from minigram.social.errors import Refused
from minigram.social.people import Person
from minigram.web.api import requests
from minigram.web.api.requests import Body, Form

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Input:
    """A parameter of an operation, and where in the request it comes from."""

    name: str
    type: Any
    where: Literal["person", "body", "form", "path", "query"]
    default: object

    def read(self) -> Any:
        match self.where:
            case "person":
                return requests.person()
            case "body":
                return requests.body(self.type)
            case "form":
                return requests.form(self.type)
            case "query":
                return requests.query(self.name, self.type, self.default)


@dataclass(frozen=True)
class Operation:
    """What there is to know about one method of one path."""

    method: str
    rule: str
    view: Callable[..., Struct | None]
    refusals: tuple[type[Refused], ...]
    inputs: tuple[Input, ...]
    answer: type[Struct] | None

    @property
    def name(self) -> str:
        """Unique in the API: the module and the function."""
        return f"{self.view.__module__.rpartition('.')[2]}_{self.view.__name__}"

    @property
    def status(self) -> int:
        """The status where all goes well."""
        return 204 if self.answer is None else 201 if self.method == "POST" else 200

    def takes(self, where: str) -> list[Input]:
        """The parameters that come from there."""
        return [given for given in self.inputs if given.where == where]

    def respond(self, **path: object) -> Response:
        """Answer the request at hand."""
        arguments = {given.name: given.read() for given in self.inputs if given.where != "path"}
        found = self.view(**path, **arguments)
        if found is None:
            response = Response(status=204)
            del response.headers["Content-Type"]
        else:
            response = Response(_encode(found), self.status, mimetype="application/json")
        response.headers["Cache-Control"] = "no-store"
        return response


class Api(Blueprint):
    """A blueprint whose routes are operations."""

    def __init__(self, name: str) -> None:
        super().__init__(name, __name__, url_prefix="/api", template_folder="templates")
        self.operations: list[Operation] = []

    def operation(self, method: str, rule: str, view: Callable[..., Struct | None], *refusals: type[Refused]) -> None:
        """Offer the view under this method and path; it may raise these refusals."""
        made = Operation(method, rule, view, refusals, *_signature(view, rule))
        self.operations.append(made)
        self.add_url_rule(rule, made.name, made.respond, methods=[method])


def _signature(view: Callable[..., Struct | None], rule: str) -> tuple[tuple[Input, ...], type[Struct] | None]:
    hints = get_type_hints(view, include_extras=True)
    found = []
    for name, parameter in inspect.signature(view).parameters.items():
        kind = hints[name]
        where: Any = "path" if f":{name}>" in rule or f"<{name}>" in rule else "query"
        for base, place in ((Person, "person"), (Body, "body"), (Form, "form")):
            if isinstance(kind, type) and issubclass(kind, base):
                where = place
        found.append(Input(name, kind, where, parameter.default))
    order = {"person": 0}  # who asks comes first: nobody else learns what is wrong with the rest
    found.sort(key=lambda given: order.get(given.where, 1))
    answer = hints["return"]
    return tuple(found), None if answer is type(None) else answer
