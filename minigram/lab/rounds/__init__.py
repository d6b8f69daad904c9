"""What a fault is in a round of the matrix, and who is watched meanwhile.

A server or process is broken a second after the round begins, and mended a second later. A kind of server for which
that is not all has a file here, of its own name, with one function `breaking(run, target, fault) -> Breaking`.
"""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from minigram.lab.faults import Fault, kill, pause, restart
from minigram.lab.history.primaries import Node, Probe
from minigram.lab.running import AppProcess, Running
from minigram.lab.servers import Server

AFTER, LONG = 1.0, 1.0
"""The fault begins so many seconds after the round, and lasts so many."""

Target = Server | AppProcess

FAULTS: dict[str, Callable[[Target], Fault]] = {
    "kill": lambda target: kill(target, after=AFTER, restart_after=LONG),
    "pause": lambda target: pause(target, after=AFTER, resume_after=LONG),
    "restart": lambda target: restart(target, after=AFTER),
}


def _nothing() -> list[str]:
    return []


@dataclass(frozen=True)
class Breaking:
    """The fault of this target; who is asked meanwhile whether it takes writes; and, to be asked after the round, what
    should have come of it and has not."""

    target: Target
    fault: Fault
    watching: Mapping[Node, Probe] = field(default_factory=dict)
    missing: Callable[[], list[str]] = _nothing


def breaking(run: Running, target: Target, fault: str) -> Breaking:
    """`fault` is a name in FAULTS. Where servers change their roles, the target may be another of its kind."""
    own = f"{__name__}.{target.kind}" if isinstance(target, Server) else ""
    if own and importlib.util.find_spec(own) is not None:
        found: Breaking = importlib.import_module(own).breaking(run, target, fault)
        return found
    return Breaking(target, FAULTS[fault](target))
