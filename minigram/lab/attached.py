"""The app that `minigram run` runs in another terminal: where its servers are, with every right."""

import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from minigram.addresses import VARIABLE, Addresses, Need
from minigram.lab import LabError
from minigram.lab.leftovers import runs
from minigram.lab.servers import Neighbour, Server, start_all

ADDRESSES, OPERATOR = "addresses.json", "operator.json"
"""The two files of a run: what the app may know, and what only who runs it may."""
ERRANDS = "errands"
"""The folder of a run that `minigram run` has begun, for what others ask of it."""


@dataclass(frozen=True)
class Known:
    """A server or a process of a run, as another process knows it; `kind` is empty for a process of the app.

    A server leads to those named in `before`.
    """

    kind: str
    name: str
    url: str
    admin_url: str
    pid: int
    before: Sequence[str] = ()


@dataclass(frozen=True)
class Attached:
    """A run that somebody else has started and will end."""

    run: Path

    @property
    def addresses(self) -> Addresses:
        """What the app's own processes read."""
        return Addresses.load(self.run / ADDRESSES)

    @property
    def known(self) -> dict[str, Known]:
        """The servers and processes, by name."""
        return read(self.run)

    def start(self, *needs: Need) -> dict[str, Server]:
        """Start more servers beside those that run, and write down where they are; they end with the run."""
        running: dict[str, Neighbour] = dict(self.known)
        started = start_all(needs, self.run, running)
        found = self.addresses
        servers = {**found.servers, **{server.name: server.url for server in started.values()}}
        replace(found, servers=servers).save(self.run / ADDRESSES)
        tell(self.run, map(of, started.values()))
        return started


def attached() -> Attached:
    """The run that MINIGRAM_ADDRESSES leads to; without it, the one run of this user on this machine that runs the app:
    that of `minigram run`, or else that of a notebook.

    Raises LabError where there is none, or several.
    """
    if chosen := os.environ.get(VARIABLE):
        return Attached(Path(chosen).parent)
    all = [run for run, owner in runs().items() if owner.alive and (run / OPERATOR).exists()]
    found = [run for run in all if (run / ERRANDS).exists()] or all
    if not found:
        raise LabError("The app is not running. Start it in another terminal: make run")
    if len(found) > 1:
        several = ", ".join(str(run) for run in found)
        raise LabError(
            f"The app is running {len(found)} times ({several}). Stop all but one of them with Ctrl-C, or choose one: "
            f"{VARIABLE}={found[0] / ADDRESSES}"
        )
    return Attached(found[0])


def of(server: Server) -> Known:
    """What is to be known of a server that runs."""
    before = server.need.before
    return Known(server.kind, server.name, server.url, server.admin_url, next(iter(server.pids()), 0), before)


def tell(run: Path, known: Iterable[Known]) -> None:
    """Write into the operator's file, beside what others have told. Only this user can read it."""
    with (run / f".{OPERATOR}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = read(run) if (run / OPERATOR).exists() else {}
        all = {**before, **{one.name: one for one in known}}
        draft = run / f".{OPERATOR}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump([asdict(one) for one in all.values()], file, indent=2)
        draft.replace(run / OPERATOR)  # in one step: somebody may be reading


def read(run: Path) -> dict[str, Known]:
    """What it says, by name."""
    return {one["name"]: Known(**one) for one in json.loads((run / OPERATOR).read_text())}
