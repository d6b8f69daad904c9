"""The OpenAPI document says what the API does: schemathesis asks all that it allows, and much that it does not."""

import re
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from minigram.addresses import Addresses
from minigram.lab.running import Running
from minigram.stages import newest
from minigram.stages.ch01_one_server import OneServer
from minigram.web.app import create_app
from tests.behaviour.client import Client, Someone
from tests.web.refusals import the_app

EXAMPLES = 15

SCHEMES = {"redis": "redis", "nginx": "http"}
NOWHERE = Addresses(
    newest().stem,
    {need.name: f"{SCHEMES.get(need.kind, 'postgresql')}://nobody@127.0.0.1:1/" for need in newest().needs()},
    {},
    "",
    "x",
)

# Making the document asks no server, so the tests, one an operation, can be made of it before any has started.
DOCUMENT = cast(
    dict[str, Any], create_app(cast(OneServer, newest()(NOWHERE))).test_client().get("/api/openapi.json").json
)

# A query may have more than an operation reads (as links with a campaign's name have); a body may not.
schema = schemathesis.openapi.from_dict(
    DOCUMENT,
    config=schemathesis.Config.from_dict(
        {"seed": 1, "generation": {"deterministic": True, "allow-extra-parameters": False}}
    ),
)


@pytest.fixture(scope="module")
def writer(live: Running) -> Someone:
    """Somebody with a photo and a comment."""
    one = Someone(live.url)
    one.comment(one.post())
    return one


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_answers_are_as_documented(case: "schemathesis.Case[Any]", live: Running, writer: Someone) -> None:
    """No 5xx, and no status, type or shape that the document does not name, whether the input is right or wrong."""
    is_form = case.media_type == "multipart/form-data"  # in which everything is text, whatever it was meant to be
    _validate(case, live, writer, [negative_data_rejection] if is_form else [])
    there = {"name": writer.name, "photo": "1", "comment": "1"}
    if case.path_parameters and case.method != "DELETE":
        case.path_parameters = {name: there[name] for name in case.path_parameters}
        _validate(case, live, writer, [negative_data_rejection])


def _validate(case: "schemathesis.Case[Any]", live: Running, writer: Someone, without: list[Any]) -> None:
    # One of the operations logs out: each request has a session of its own.
    token = cast(OneServer, live.system).sessions.start(int(writer.id))
    case.call_and_validate(
        base_url=the_app(live),
        headers={"Authorization": f"Bearer {token}"},
        excluded_checks=[
            positive_data_acceptance,
            *without,
        ],  # that a name is taken, or a file no photo, no schema can tell
        timeout=30,
    )


def test_every_route_is_in_the_document(live: Running) -> None:
    """Nothing is offered under /api that the document does not name, but itself and the page that shows it."""
    app = create_app(cast(OneServer, live.system))
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    named = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert routes - named == {("/api/", "get"), ("/api/openapi.json", "get")} and named <= routes


def test_the_page_shows_every_operation_without_a_script(live: Running) -> None:
    """Each method and path is on the page at /api/, which loads nothing from elsewhere."""
    page = Client(live.url).ask("GET", "/api/")
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    for path, methods in DOCUMENT["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert "<script" not in page.text and "http" not in page.text.replace(live.url, "")


def test_ids_are_strings_and_errors_name_the_field() -> None:
    """64 bits do not fit a JavaScript number; what is wrong names the field."""
    schemas = DOCUMENT["components"]["schemas"]
    for shape in ("Photo", "Person", "Profile", "Comment", "Created"):
        assert schemas[shape]["properties"]["id"]["type"] == "string"
    assert set(schemas["Problem"]["properties"]) == {"title", "status", "detail", "field"}
