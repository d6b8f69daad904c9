"""What a load was asked to be: checked and bounded before anything is sent."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from minigram.lab.load.mix import Known, LoadError, Mix

LONGEST = 600  # seconds
MOST = 500_000  # arrivals of one run


def address_of(url: str) -> tuple[str, int]:
    """The host and port of a web server of this machine; LoadError for any other."""
    where = urlsplit(url)
    if where.scheme != "http" or where.hostname != "127.0.0.1" or not where.port or where.path.strip("/"):
        raise LoadError(f"a load goes to http://127.0.0.1:<port> and nowhere else, not to {url!r}")
    return where.hostname, where.port


@dataclass(frozen=True)
class Plan:
    """A bounded load on one web server of this machine; LoadError says what is out of bounds.

    `rate` is arrivals a second (open loop); None is a closed loop of `connections` people who wait.
    """

    url: str
    mix: Mix
    known: Known
    seconds: float
    rate: float | None
    connections: int
    spacing: Literal["poisson", "even"]
    patience: float  # seconds after which a person gives up
    seed: int

    def __post_init__(self) -> None:
        address_of(self.url)
        if not 0 < self.seconds <= LONGEST:
            raise LoadError(f"a load lasts more than 0 and at most {LONGEST} seconds, not {self.seconds}")
        if self.rate is not None and not 0 < self.rate * self.seconds <= MOST:
            raise LoadError(f"a load has at most {MOST:,} arrivals, not {self.rate}/s for {self.seconds} s")
        if not 1 <= self.connections <= 1000:
            raise LoadError(f"a load has 1 to 1,000 connections, not {self.connections}")
        if not 0 < self.patience <= 60:
            raise LoadError(f"a person waits more than 0 and at most 60 seconds, not {self.patience}")
        if self.spacing not in ("poisson", "even"):
            raise LoadError(f"arrivals are spaced 'poisson' or 'even', not {self.spacing!r}")
        self.mix.check(self.known)

    @property
    def address(self) -> tuple[str, int]:
        return address_of(self.url)

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        fields = json.loads(text)
        return cls(**fields | {"mix": Mix(**fields["mix"]), "known": Known(**fields["known"])})
