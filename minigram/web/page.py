"""What a stage shows: a list of pages, from which the app draws its routes and its navigation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

if TYPE_CHECKING:
    from minigram.stages.ch01_one_server import OneServer


@dataclass(frozen=True)
class Link:
    """An entry of the navigation, for everybody, or only for who is logged "in" or "out"."""

    text: str
    endpoint: str
    when: Literal["always", "in", "out"] = "always"


@dataclass(frozen=True)
class Page:
    """A blueprint and its place in the app.

    `blocks` adds templates to other pages: the name of a block ("photo.actions", "profile.actions") → the
    template that is included there, and sees what the page around it sees.

    An `api` ignores cookies, and so needs no CSRF token. `errors` is how it answers, under its blueprint's
    prefix, where people would see an error page: an HTTPException, a Refused, Unavailable, or anything else.
    """

    blueprint: Blueprint
    links: tuple[Link, ...] = ()
    blocks: Mapping[str, str] = field(default_factory=dict)
    api: bool = False
    errors: Callable[[Exception], ResponseReturnValue] | None = None


def system() -> "OneServer":
    """The system that the app at hand shows."""
    return cast("OneServer", current_app.extensions["minigram"])
