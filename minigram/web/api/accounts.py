"""Signing up, logging in and out, and one's own account."""

from minigram.social.people import Person
from minigram.web.api import shapes
from minigram.web.api.people import profile
from minigram.web.api.requests import bearer
from minigram.web.page import system


def sign_up(sent: shapes.SignUp) -> shapes.Person:
    """Sign up. Log in next: POST /api/sessions."""
    return shapes.Person.of(system().people.sign_up(sent.name, sent.email, sent.password, sent.full_name))


def log_in(sent: shapes.LogIn) -> shapes.Session:
    """Log in: a new token. Others of the same person stay valid."""
    person = system().people.log_in(sent.name, sent.password)
    return shapes.Session(system().sessions.start(person.id), shapes.Person.of(person))


def log_out(me: Person) -> None:
    """Log out: the token of this request is worth nothing from now on."""
    system().sessions.end(bearer())


def show_me(me: Person) -> shapes.Profile:
    """Yourself."""
    return profile(me, me)


def describe_me(me: Person, sent: shapes.Describe) -> None:
    """Change your profile. What is left out stays as it is."""
    full_name = me.full_name if sent.full_name is None else sent.full_name
    bio = me.bio if sent.bio is None else sent.bio
    system().people.describe(me.id, full_name, bio)


def leave(me: Person, sent: shapes.Leave) -> None:
    """Delete your account and all that belongs to it. This cannot be undone."""
    system().people.leave(me.id, sent.password)
