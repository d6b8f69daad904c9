"""What the servers did, asked of the servers: a bug in our code cannot flatter what somebody else counts.

    with counting(running.servers) as counted:
        ...
    counted["main"]["statements"], counted.sum("buffers"), counted.doubts

Each kind of server has a file here, of its own name, with one function `look(server) -> Look`.
"""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from minigram.lab import LabError


class Countable(Protocol):
    """A server that may have counters."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def admin_url(self) -> str: ...


@dataclass(frozen=True)
class Look:
    """A server's counters at one moment. They go on counting only as long as `epoch` stays the same."""

    values: Mapping[str, int]
    epoch: object
    doubts: tuple[str, ...] = ()


@dataclass
class Counted:
    """What each server did during a block, by server and counter, and its counters before and after; filled when the
    block ends.

    Where `doubts` is not empty the counts are not to be relied on, and it says why.
    """

    by_server: dict[str, dict[str, int]] = field(default_factory=dict)
    raw: dict[str, tuple[Mapping[str, int], Mapping[str, int]]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def __getitem__(self, server: str) -> dict[str, int]:
        return self.by_server[server]

    def sum(self, counter: str) -> int:
        """Over all servers that have this counter."""
        return sum(values[counter] for values in self.by_server.values() if counter in values)


@contextmanager
def counting(servers: Mapping[str, Countable]) -> Iterator[Counted]:
    """Counts what these servers do during the block. A server of a kind that has no file here is left out."""
    counted = Counted()
    before = {name: look for name, server in servers.items() if (look := _look(server)) is not None}
    yield counted
    for name, first in before.items():
        try:
            second = _look(servers[name])
        except LabError as error:
            counted.doubts.append(str(error))
            continue
        assert second is not None
        counted.doubts += [f"{name}: {doubt}" for doubt in second.doubts]
        if first.epoch != second.epoch:
            counted.doubts.append(f"{name}: its counters began anew in between, as they do when a server restarts")
            continue
        counted.raw[name] = (first.values, second.values)
        counted.by_server[name] = {what: second.values[what] - first.values[what] for what in second.values}


def _look(server: Countable) -> Look | None:
    where = f"{__name__}.{server.kind}"
    try:
        module = importlib.import_module(where)
    except ModuleNotFoundError as error:
        if error.name != where:
            raise
        return None
    look: Look = module.look(server)
    return look
