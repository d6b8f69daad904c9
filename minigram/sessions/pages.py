"""Logging out everywhere: a button among the settings, and an operation of the API."""

from typing import cast

from flask import Blueprint, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue

from minigram.sessions.shared import SharedSessions
from minigram.social.people import Person
from minigram.web.api import problems
from minigram.web.api.operations import Api
from minigram.web.page import Page, system
from minigram.web.viewer import person

blueprint = Blueprint("sessions", __name__, template_folder="templates")
PAGE = Page(blueprint, blocks={"settings.actions": "sessions/everywhere.html"})


@blueprint.post("/log-out/everywhere")
def leave_everywhere() -> ResponseReturnValue:
    _sessions().end_all(person().id)
    session.clear()
    flash("You are logged out on all devices.")
    return redirect(url_for("feed.home"), 303)


def log_out_everywhere(me: Person) -> None:
    """Log out everywhere: all tokens of yours are worth nothing from now on."""
    _sessions().end_all(me.id)


def api() -> Page:
    """The operation, for the app to register."""
    made = Api("sessions_api")
    made.operation("DELETE", "/me/sessions", log_out_everywhere)
    return Page(made, api=True, errors=problems.answer)


def _sessions() -> SharedSessions:
    return cast(SharedSessions, system().sessions)
