"""Actions for the planted server: one path each."""

import random

from minigram.lab.load import Known, Request


def ask(known: Known, rng: random.Random) -> Request:
    return Request("GET", "/anything")
