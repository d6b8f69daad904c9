"""Actions for the planted server: what it is asked for decides what it answers."""

import random

from minigram.lab.load import Known, Mix, Request


def ask(known: Known, rng: random.Random) -> Request:
    return Request("GET", "/anything")


def chunked(known: Known, rng: random.Random) -> Request:
    return Request("GET", "/chunked")


def last(known: Known, rng: random.Random) -> Request:
    return Request("GET", "/last")


def unavailable(known: Known, rng: random.Random) -> Request:
    return Request("GET", "/status/503")


def hang_up(known: Known, rng: random.Random) -> Request:
    return Request("GET", "/close")


def silence(known: Known, rng: random.Random) -> Request:
    return Request("GET", "/never")


def write(known: Known, rng: random.Random) -> Request:
    return Request("POST", "/write", b"{}", {"Content-Type": "application/json"}, "ada")


def unlucky_write(known: Known, rng: random.Random) -> Request:
    return Request("PUT", "/status/500", person="ada")


def only(*actions: str) -> Mix:
    """These actions in equal shares."""
    return Mix(__name__, dict.fromkeys(actions, 1))
