"""What is left on the primaries: statements and rows, by the servers' own statistics."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from minigram.lab import LabError
from minigram.lab.counters import counting
from minigram.lab.experiments.asking import ask
from minigram.lab.load import EVERYDAY, Known, Mix, everyday
from minigram.lab.running import Running

ORDINARY = EVERYDAY
LOOKING = Mix(everyday.__name__, {"home_feed": 60, "photo": 40})
"""Nothing is written, and nobody is looked up by name."""

DIRECTORY = "main"
"""The group that has the directory and the map; the others have the shards."""


@dataclass(frozen=True)
class Left:
    """So many requests, and what the app asked of the servers of each role for them. `rows` are those of the shards
    alone."""

    requests: int
    primaries: int
    replicas: int
    rows_primaries: int
    rows_replicas: int

    @property
    def per_request(self) -> float:
        """Statements on primaries."""
        return self.primaries / self.requests

    @property
    def share(self) -> float:
        """Of all statements, those on primaries."""
        return self.primaries / (self.primaries + self.replicas)

    @property
    def rows(self) -> int:
        """All that shards gave or changed."""
        return self.rows_primaries + self.rows_replicas

    @property
    def share_of_rows(self) -> float:
        """Of these, those on primaries."""
        return self.rows_primaries / max(1, self.rows)


def left(run: Running, url: str, mix: Mix, known: Known, requests: int, seed: int = 1) -> Left:
    """So many requests, drawn from the mix, one after the other. The relay stands still meanwhile: what it asks all the
    time, whether there is an event, is nobody's request. Raises LabError where the counts are not to be relied on."""
    primaries = [name for name, server in run.servers.items() if server.kind == "primary"]
    replicas = [name for name, server in run.servers.items() if server.kind == "replica"]
    run.processes["relay"].pause()
    try:
        with counting({name: run.servers[name] for name in (*primaries, *replicas)}) as counted:
            _send(url, mix, known, requests, seed)
    finally:
        run.processes["relay"].resume()
    if counted.doubts:
        raise LabError(f"The counts of statements are not to be relied on: {'; '.join(counted.doubts)}")

    def sum_of(what: str, names: Iterable[str]) -> int:
        return sum(counted[name][what] for name in names)

    shards = [name for name in primaries if name != DIRECTORY]
    theirs = [name for name in replicas if run.servers[name].need.before != (DIRECTORY,)]
    return Left(
        requests,
        sum_of("statements", primaries),
        sum_of("statements", replicas),
        sum_of("rows", shards),
        sum_of("rows", theirs),
    )


def _send(url: str, mix: Mix, known: Known, requests: int, seed: int) -> None:
    rng, actions = random.Random(seed), mix.actions()
    for name in rng.choices(list(mix.weights), list(mix.weights.values()), k=requests):
        wanted = actions[name](known, rng)
        kind = wanted.headers.get("Content-Type", "")
        token = wanted.headers["Authorization"].removeprefix("Bearer ")
        answer = ask(wanted.method, url + wanted.path, token, wanted.body or None, kind)
        if not answer.ok:
            raise LabError(f"{wanted.method} {wanted.path} got {answer.status}: {answer.body[:200]!r}")
