"""New code for the web servers while people go on coming: one after the other, or all at once."""

from collections.abc import Callable
from dataclasses import dataclass

from minigram.lab import LabError
from minigram.lab.attached import Known as Program
from minigram.lab.experiments.one_dies import LOOKING_AND_WRITING, PATIENCE, in_turn
from minigram.lab.faults import Fault, Step
from minigram.lab.load import Known, Result, open_loop
from minigram.lab.rolling import roll
from minigram.lab.running import Running

BEFORE = 0.5
"""Seconds of the load before the restart begins."""


@dataclass(frozen=True)
class Redeploy:
    """A run, and from when to when the web servers were restarted (seconds)."""

    result: Result
    began: float
    ended: float

    @property
    def failed(self) -> int:
        return sum(self.result.errors.values())


def one_after_the_other(run: Running) -> None:
    """A rolling restart, as `minigram restart` does it."""
    list(roll(Program("", p.name, p.url, p.url, p.pids()[0]) for p in run.processes.values() if p.process.health))


def all_at_once(run: Running) -> None:
    """Stop every web server in an orderly way, then start every one."""
    web_servers = [process for process in run.processes.values() if process.process.health]
    for process in web_servers:
        process.stop()
    for process in web_servers:
        process.start()


def redeploy(
    run: Running, known: Known, restart: Callable[[Running], None], rate: float, seconds: float, seed: int = 1
) -> Redeploy:
    """Restart under an open-loop load; where that outlasts the load, again under one that is long enough for it."""
    for _ in range(4):
        in_turn(run)
        fault = Fault("the web tier", [Step(BEFORE, "is restarted", lambda: restart(run), "is new")])
        result = open_loop(
            run.url,
            LOOKING_AND_WRITING,
            known,
            rate=rate,
            seconds=seconds,
            patience=PATIENCE,
            seed=seed,
            beside=[fault],
        )
        began, ended = (event.at for event in result.events)
        if ended < seconds:
            return Redeploy(result, began, ended)
        seconds = BEFORE + 2 * (ended - began)
    raise LabError(f"The machine is too busy: a restart took {ended - began:.0f} s, and each time longer than before.")
