"""Signing up, logging in and out, the profile that others see, and leaving."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from minigram.social.errors import Invalid
from minigram.web.page import Link, Page, system
from minigram.web.viewer import LoggedOut, log_in, log_out, own_path, person, viewer

blueprint = Blueprint("account", __name__)
PAGE = Page(blueprint, links=(Link("Log in", "account.enter", "out"), Link("Sign up", "account.join", "out")))


@blueprint.app_errorhandler(LoggedOut)
def ask_to_log_in(error: LoggedOut) -> ResponseReturnValue:
    """Off to the log-in page, and afterwards back to the page, or to the one that the form was on."""
    asked = request.script_root + request.full_path.rstrip("?")
    back = own_path(asked if request.method == "GET" else request.form.get("next"))
    flash("Log in first, and you will be taken back.")
    return redirect(url_for("account.enter", next=back), 303)


@blueprint.get("/sign-up")
def join() -> ResponseReturnValue:
    return _home() if viewer() else render_template("signup.html", typed={}, error=None)


@blueprint.post("/sign-up")
def sign_up() -> ResponseReturnValue:
    typed = {field: request.form.get(field, "") for field in ("name", "email", "full_name", "password")}
    try:
        who = system().people.sign_up(**typed)
    except Invalid as error:
        return render_template("signup.html", typed=typed, error=error), 422
    log_in(who)
    flash(f"Welcome, {who.name}. Follow somebody, or post your first photo.")
    return _home()


@blueprint.get("/log-in")
def enter() -> ResponseReturnValue:
    return _home() if viewer() else render_template("login.html", handle="", error=None)


@blueprint.post("/log-in")
def log_in_() -> ResponseReturnValue:
    handle = request.form.get("handle", "")
    try:
        who = system().people.log_in(handle.replace("\0", ""), request.form.get("password", ""))
    except Invalid as error:
        return render_template("login.html", handle=handle, error=error), 422
    log_in(who)
    return _home()


@blueprint.post("/log-out")
def leave() -> ResponseReturnValue:
    log_out()
    flash("You are logged out.")
    return redirect(url_for("feed.home"), 303)


@blueprint.get("/settings")
def settings() -> ResponseReturnValue:
    me = person()
    return render_template("settings.html", typed={"full_name": me.full_name, "bio": me.bio}, error=None)


@blueprint.post("/settings")
def describe() -> ResponseReturnValue:
    me = person()
    typed = {field: request.form.get(field, "") for field in ("full_name", "bio")}
    try:
        system().people.describe(me.id, **typed)
    except Invalid as error:
        return render_template("settings.html", typed=typed, error=error), 422
    flash("Your profile is saved.")
    return redirect(url_for("people.profile", name=me.name), 303)


@blueprint.post("/settings/delete")
def delete() -> ResponseReturnValue:
    me = person()
    try:
        system().people.leave(me.id, request.form.get("password", ""))
    except Invalid as error:
        typed = {"full_name": me.full_name, "bio": me.bio}
        return render_template("settings.html", typed=typed, error=error), 422
    session.clear()
    flash("Your account and all that belonged to it are deleted.")
    return redirect(url_for("feed.home"), 303)


def _home() -> ResponseReturnValue:
    return redirect(own_path(request.values.get("next")) or url_for("feed.home"), 303)
