"""The OpenAPI document, made of the operations of every Api that the app has registered, and a page to read it on."""

import inspect
import re
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, current_app, render_template
from msgspec import Struct
from werkzeug.datastructures import FileStorage

from minigram.web.api.operations import Api, Input, Operation
from minigram.web.api.problems import MEDIA_TYPE, Problem, status
from minigram.web.api.requests import Form
from minigram.web.api.shapes import Id

REF = "#/components/schemas/{name}"

PATH = {"id": msgspec.json.schema(Id), "handle": {"type": "string", "pattern": "^[A-Za-z0-9._]{2,30}$"}}
"""The schema of what stands in a path, by its converter."""


def add_to(api: Api) -> None:
    """Offer the document and its page at the root of the API."""
    api.add_url_rule("/openapi.json", "openapi", lambda: _json(describe(operations())))
    api.add_url_rule("/", "read", _page)


def operations() -> list[Operation]:
    """The operations of the app at hand, chapter by chapter."""
    return [o for b in current_app.blueprints.values() if isinstance(b, Api) for o in b.operations]


def describe(operations: Iterable[Operation]) -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    shapes: list[Any] = [Problem]
    for operation in operations:
        paths.setdefault(path(operation), {})[operation.method.lower()] = _describe(operation)
        shapes += [given.type for given in operation.takes("body")] + [operation.answer] * bool(operation.answer)
    _, schemas = msgspec.json.schema_components(shapes, ref_template=REF)
    return {
        "openapi": "3.1.0",
        "info": {"title": "minigram", "version": "1", "description": "A small photo-sharing app."},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def path(operation: Operation) -> str:
    """The path as OpenAPI writes it."""
    return "/api" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", operation.rule)


def about(operation: Operation) -> str:
    """What the operation does, in its own words."""
    return inspect.getdoc(operation.view) or ""


def _page() -> str:
    return render_template("api.html", operations=operations(), path=path, about=about, refusals=refusals)


def _describe(operation: Operation) -> dict[str, Any]:
    said = about(operation)
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": said.split("\n")[0],
        "description": said,
        "security": [{"token": []}] if operation.takes("person") else [],
        "parameters": [_in_path(given, operation) for given in operation.takes("path")]
        + [_in_query(given) for given in operation.takes("query")],
        "responses": {str(operation.status): _answer(operation)} | {str(s): _problem(s) for s in refusals(operation)},
    }
    for given in operation.takes("body"):
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(given.type)}}}
    for given in operation.takes("form"):
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _form(given.type)}}}
    return described


def refusals(operation: Operation) -> list[int]:
    """The statuses of what can go wrong."""
    found = {503, *(status(refusal) for refusal in operation.refusals)}
    if operation.takes("person"):
        found.add(401)
    if operation.takes("path"):
        found.add(404)
    if operation.takes("query"):
        found.add(422)
    if operation.takes("body") or operation.takes("form"):
        found |= {400, 413, 415, 422}
    return sorted(found)


def _in_path(given: Input, operation: Operation) -> dict[str, Any]:
    converter = re.search(rf"<(\w+):{given.name}>", operation.rule)
    schema = PATH.get(converter[1] if converter else "", {"type": "string"})
    return {"name": given.name, "in": "path", "required": True, "schema": schema}


def _in_query(given: Input) -> dict[str, Any]:
    required = given.default is inspect.Parameter.empty
    return {"name": given.name, "in": "query", "required": required, "schema": msgspec.json.schema(given.type)}


def _form(form: type[Form]) -> dict[str, Any]:
    assert is_dataclass(form)
    return {
        "type": "object",
        "description": inspect.getdoc(form),
        "properties": {
            f.name: {"type": "string", "format": "binary"} if f.type is FileStorage else {"type": "string"}
            for f in fields(form)
        },
        "required": [f.name for f in fields(form) if f.default is MISSING],
    }


def _answer(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.answer:
        described["content"] = {"application/json": {"schema": _ref(operation.answer)}}
    return described


def _problem(code: int) -> dict[str, Any]:
    return {"description": HTTPStatus(code).phrase, "content": {MEDIA_TYPE: {"schema": _ref(Problem)}}}


def _ref(shape: type[Struct]) -> dict[str, str]:
    return {"$ref": REF.format(name=shape.__name__)}


def _json(document: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(document), mimetype="application/json")
