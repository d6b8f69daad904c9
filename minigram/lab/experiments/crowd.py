"""The people of a town as a load generator knows them, and readers who follow just so many."""

import random
from collections.abc import Sequence
from typing import cast

import numpy as np

from minigram.databases import Home
from minigram.lab.load import Known
from minigram.lab.people import Residents
from minigram.lab.pictures import landscape
from minigram.lab.running import Running
from minigram.social.people import Person
from minigram.social.tables import followers, following
from minigram.stages.ch01_one_server import OneServer

LOGGED_IN = 64
"""How many people of a town are logged in while a load runs."""


def system_of(run: Running) -> OneServer:
    """The running stage's Minigram. Every stage is a OneServer or a descendant of it."""
    return cast(OneServer, run.system)


def crowd(run: Running, residents: Residents, seed: int = 1) -> Known:
    """Some of the residents log in; names and photos are listed with the most followed and most liked first."""
    rng = random.Random(seed)
    chosen = rng.sample(range(len(residents.ids)), min(LOGGED_IN, len(residents.ids)))
    sessions = system_of(run).sessions
    pictures = run.run / "pictures"
    pictures.mkdir(exist_ok=True)
    jpegs = [pictures / f"{seed}-{n}.jpg" for n in range(8)]
    for n, jpeg in enumerate(jpegs):
        jpeg.write_bytes(landscape(seed * 77 + n))
    return Known(
        names=[residents.names[n] for n in _by_frequency(residents.town.edges[:, 1], len(residents.ids))],
        photos=[residents.photos[n] for n in _by_frequency(residents.town.liked[:, 0], len(residents.photos))],
        tokens={residents.names[n]: sessions.start(residents.ids[n]) for n in chosen},
        jpegs=[str(jpeg) for jpeg in jpegs],
    )


def reader(run: Running, residents: Residents, followees: int, seed: int = 1) -> Person:
    """A new person who follows that many of the residents, drawn at random."""
    system = system_of(run)
    name = f"reader.{seed}.{followees}"
    person = system.people.sign_up(name, f"{name}@example.com", residents.password)
    chosen = random.Random(f"{seed} {followees}").sample(residents.ids, followees)
    home = system.databases.of(person.id)
    home.copy(following, ("follower_id", "followee_id"), [(person.id, followee) for followee in chosen])
    homes: dict[Home, list[int]] = {}
    for followee in chosen:
        homes.setdefault(system.databases.of(followee), []).append(followee)
    for place, there in homes.items():
        place.copy(followers, ("followee_id", "follower_id"), [(followee, person.id) for followee in there])
    return person


def _by_frequency(numbers: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]", count: int) -> Sequence[int]:
    order: list[int] = np.argsort(-np.bincount(numbers, minlength=count), kind="stable").tolist()
    return order
