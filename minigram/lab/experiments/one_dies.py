"""A web server dies in the middle of a load and comes back: who was answered, and by whom."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from minigram.lab.counters.nginx import Line, lines
from minigram.lab.experiments.asking import ask
from minigram.lab.faults import kill
from minigram.lab.load import Known, Mix, Result, everyday, open_loop
from minigram.lab.load.result import Moment
from minigram.lab.running import Running
from minigram.lab.waiting import until

FRONT = "front"
"""The nginx of a web tier."""

LOOKING_AND_WRITING = Mix(
    everyday.__name__, {"home_feed": 40, "photo": 20, "like": 15, "unlike": 5, "comment": 15, "post": 5}
)
"""All four methods: GET, PUT, DELETE and POST."""

LEFT_ALONE = 5.0
"""Seconds for which nginx sends nobody to a web server that was down, and more."""

PATIENCE = 30.0
"""Seconds after which a person gives up: nobody shall be counted whom only a busy machine kept waiting."""


@dataclass(frozen=True)
class Death:
    """A run, the moments at which the server was killed, started, and answered again (seconds), and nginx's record."""

    result: Result
    killed: float
    started: float
    back: float
    record: tuple[Line, ...]

    @property
    def failed(self) -> Mapping[str, int]:
        """Requests that failed, by method. One that changes something and was never sent is counted as a GET."""
        writes = Counter(write.method for write in self.result.writes if write.outcome != "ok")
        reads = sum(self.result.errors.values()) - writes.total()
        return {"GET": reads, **{method: writes[method] for method in ("PUT", "DELETE", "POST")}}

    @property
    def answered_while_down(self) -> int:
        """Good answers to those who came while it was surely down."""
        return sum(moment.count - moment.errors for moment in self._while_down())

    @property
    def in_vain(self) -> int:
        """How often nginx asked a web server that it could not reach."""
        return sum(line.refused for line in self.record)

    @property
    def came_while_down(self) -> int:
        return sum(moment.count for moment in self._while_down())

    def _while_down(self) -> list[Moment]:
        """Steps of a tenth of a second that lie wholly between the kill and the start."""
        return [m for m in self.result.series(0.1) if self.killed + 0.1 <= m.at and m.at + 0.1 <= self.started]


def one_dies(run: Running, known: Known, url: str, victim: str, rate: float, seconds: float, seed: int = 1) -> Death:
    """Kill the web server a third into an open-loop run of people who go to this address; start it a third later."""
    in_turn(run)
    before = len(lines(run.servers[FRONT]))
    fault = kill(run.processes[victim], after=seconds / 3, restart_after=seconds / 3)
    result = open_loop(
        url, LOOKING_AND_WRITING, known, rate=rate, seconds=seconds, patience=PATIENCE, seed=seed, beside=[fault]
    )
    killed, started, back = (event.at for event in result.events)
    return Death(result, killed, started, back, tuple(lines(run.servers[FRONT])[before:]))


def in_turn(run: Running) -> None:
    """Returns once nginx gives requests to every web server: it leaves those alone that have just been down. Where it
    never does, what is measured then will tell."""
    web = {process.url.removeprefix("http://") for process in run.processes.values() if process.process.health}

    def each_answers() -> bool:
        for _ in web:
            ask("GET", f"{run.url}/health")
        return {line.answered_by for line in lines(run.servers[FRONT])[-len(web) :]} == web

    until(each_answers, within=2 * LEFT_ALONE, every=0.1)


def shares(run: Running, record: tuple[Line, ...] | list[Line]) -> dict[str, int]:
    """Requests that each web server has answered, by nginx's own record."""
    names = {process.url.removeprefix("http://"): name for name, process in run.processes.items()}
    answered = Counter(names[line.answered_by] for line in record if line.answered_by)
    return {name: answered[name] for name in names.values()}
