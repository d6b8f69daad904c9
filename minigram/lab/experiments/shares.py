"""What share of the work each server has: of the rows, and of the statements while people look at others."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from sqlalchemy import func, select, union_all

from minigram.lab import LabError
from minigram.lab.experiments.asked import Asked, asking
from minigram.lab.experiments.asking import ask
from minigram.lab.experiments.crowd import system_of
from minigram.lab.load import Known, everyday
from minigram.lab.people import Residents
from minigram.lab.running import Running
from minigram.social.tables import comments, followers, following, likes, people, photos
from minigram.stages.ch03_sharding import Sharded

MOST = 10
"""How many of the town's people count as its celebrities."""

_whose = union_all(
    select(people.c.id.label("person")),
    select(photos.c.author_id),
    select(following.c.follower_id),
    select(followers.c.followee_id),
    select(photos.c.author_id).join(likes),
    select(photos.c.author_id).join(comments),
).subquery()
_ROWS = select(_whose.c.person, func.count().label("rows")).group_by(_whose.c.person)


@dataclass(frozen=True)
class Rows:
    """The rows of each logical shard: all of them, and all but those that lie with the ten people who have most."""

    servers: Mapping[int, str]
    all: Mapping[int, int]
    others: Mapping[int, int]

    def by_server(self) -> dict[str, int]:
        found = dict.fromkeys(sorted(set(self.servers.values())), 0)
        for shard, rows in self.all.items():
            found[self.servers[shard]] += rows
        return found


def rows(run: Running) -> Rows:
    """Counted by the servers, one statement for each shard."""
    map = sharded(run).databases.map
    counted = by_person(run)
    everybody = Counter({person: rows for found in counted.values() for person, rows in found.items()})
    celebrities = {person for person, _ in everybody.most_common(MOST)}
    return Rows(
        {shard: map.place(shard).server for shard in counted},
        {shard: sum(found.values()) for shard, found in counted.items()},
        {shard: sum(found[one] for one in found.keys() - celebrities) for shard, found in counted.items()},
    )


def by_person(run: Running) -> dict[int, dict[int, int]]:
    """Of each logical shard, how many rows lie with each person; counted by the servers, one statement a shard."""
    shards = sharded(run).databases.every()
    return {shard.number: {row.person: row.rows for row in shard.read(_ROWS)} for shard in shards}


def famous(residents: Residents) -> list[int]:
    """The numbers of the most followed, the most followed first."""
    order = np.argsort(-np.bincount(residents.town.edges[:, 1], minlength=len(residents.ids)), kind="stable")
    return [int(n) for n in order[:MOST]]


def statements(run: Running, known: Known, count: int, seed: int = 1) -> Asked:
    """What the servers were asked while people looked so many times at the people and photos that are known."""
    rng = random.Random(seed)
    looks = [look(known, rng) for look in (everyday.profile, everyday.profile_photos, everyday.photo) * (count // 3)]
    with asking(run) as asked:
        failed = sum(not ask(one.method, run.url + one.path, headers=one.headers).ok for one in looks)
    if failed:
        raise LabError(f"{failed} of {count} requests failed while people looked at one another")
    return asked


def at_anybody(known: Known, seed: int = 1) -> Known:
    """The same people and photos, nobody more popular for being famous."""
    rng = random.Random(seed)
    return replace(known, names=_shuffled(known.names, rng), photos=_shuffled(known.photos, rng))


def at_one(known: Known, residents: Residents) -> Known:
    """Everybody looks at the most followed person who has posted, and at nobody else."""
    town = residents.town
    star = next(n for n in famous(residents) if (town.authors == n).any())
    theirs = np.flatnonzero(town.authors == star)
    return replace(known, names=[residents.names[star]], photos=[residents.photos[p] for p in islice(theirs, 20)])


def sharded(run: Running) -> Sharded:
    """The running stage's Minigram, which has shards."""
    system = system_of(run)
    assert isinstance(system, Sharded)
    return system


def _shuffled(items: Sequence[str] | Sequence[int | str], rng: random.Random) -> list[str]:
    return [str(item) for item in rng.sample(items, len(items))]
