"""Who looks: told by a token in a signed cookie, and asked of the sessions at most once a request."""

import re
from typing import cast

from flask import g, session

from minigram.social.people import Person
from minigram.web.page import system


class LoggedOut(Exception):
    """The page is only for somebody who has logged in."""


def viewer() -> Person | None:
    """Who is logged in. One statement, the first time in a request that brings a cookie; none otherwise."""
    if "viewer" not in g:
        token = session.get("token")
        g.viewer = system().sessions.find(token) if token else None
    return cast(Person | None, g.viewer)


def viewer_id() -> int:
    """The id of who is logged in; 0, which is nobody's, otherwise."""
    person = viewer()
    return person.id if person else 0


def person() -> Person:
    """Who is logged in. Raises LoggedOut, which leads to the log-in page and back."""
    found = viewer()
    if found is None:
        raise LoggedOut
    return found


def log_in(who: Person) -> None:
    """Start a session in a cookie that holds nothing from before, so that nobody can have planted it."""
    log_out()
    session["token"] = system().sessions.start(who.id)
    session.permanent = True
    g.viewer = who


def log_out() -> None:
    """Forget the cookie first: it goes even when the session's server is away."""
    token = session.get("token")
    session.clear()
    g.viewer = None
    if token:
        system().sessions.end(token)


def own_path(target: str | None) -> str | None:
    """The target if it is a path of this app, or None: browsers take "//host" and "/\\host" for a host."""
    return target if target and re.fullmatch(r"/(?![/\\])[^\\\x00-\x1f\x7f]*", target) else None
