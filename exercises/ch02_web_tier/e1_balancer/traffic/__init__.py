"""Traffic: drawing it, and what must hold of every decision, said of the whole history before it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, NamedTuple

OUTCOMES = ("ok", "refused", "broken", "timeout")
REPEATABLE = ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")
METHODS = (*REPEATABLE, "POST", "PATCH")

Event = tuple[int, str, int, str]


class Case(NamedTuple):
    """What `balance` is called with."""

    servers: list[str]
    fails: int
    rest: int
    tries: int
    events: list[Event]


@dataclass
class Attempt:
    """A request that was sent to a server; `outcome` is empty as long as it is under way."""

    server: str
    ended: int = 0
    outcome: str = ""


Step = tuple[int, str, str, int]
"""So much later; a method, and the outcome of an attempt, empty where a request begins; which of those under way."""


@dataclass(frozen=True)
class Kind:
    """What may happen in drawn traffic: numbers between two bounds, and what is drawn for each event."""

    servers: tuple[int, int] = (2, 4)
    fails: tuple[int, int] = (1, 3)
    rest: tuple[int, int] = (100, 100)
    tries: tuple[int, int] = (1, 3)
    events: tuple[int, int] = (8, 24)
    times: tuple[int, ...] = (0,)
    """Milliseconds between two events."""
    methods: tuple[str, ...] = METHODS
    outcomes: tuple[str, ...] = OUTCOMES


@dataclass(frozen=True)
class Drawn:
    """Traffic before it is written down; whatever is left out of its steps, it is traffic."""

    servers: int
    fails: int
    rest: int
    tries: int
    steps: tuple[Step, ...]

    def smaller(self) -> Iterator["Drawn"]:
        """What may show the same in fewer steps: first much is left out, then little."""
        many = len(self.steps) // 2
        while many:
            for at in reversed(range(0, len(self.steps), many)):
                yield replace(self, steps=self.steps[:at] + self.steps[at + many :])
            many //= 2
        for fewer in (replace(self, servers=self.servers - 1), replace(self, tries=self.tries - 1)):
            if fewer.servers and fewer.tries:
                yield fewer
        for at, (later, method, outcome, which) in enumerate(self.steps):
            if later:
                yield replace(self, steps=(*self.steps[:at], (0, method, outcome, which), *self.steps[at + 1 :]))


def draw(random: Random, kind: Kind) -> Drawn:
    """Random traffic of a kind."""
    outcomes = ("", *kind.outcomes, *kind.outcomes[: random.randint(0, 4)], *([""] * random.randint(0, 4)))
    steps = (
        (random.choice(kind.times), random.choice(kind.methods), random.choice(outcomes), random.randrange(8))
        for _ in range(random.randint(*kind.events))
    )
    servers, fails, rest, tries = (random.randint(*s) for s in (kind.servers, kind.fails, kind.rest, kind.tries))
    return Drawn(servers, fails, rest, tries, tuple(steps))


def made(drawn: Drawn) -> Case:
    """Events in which each end is that of an attempt that is under way, if requests are sent again as they may be."""
    events: list[Event] = []
    under_way: dict[int, list[str]] = {}  # the method, and what has happened
    now = 0
    for number, (later, method, outcome, which) in enumerate(drawn.steps):
        now += later
        if not outcome or not under_way:
            under_way[number] = [method]
            events.append((now, "begin", number, method))
            continue
        chosen = list(under_way)[which % len(under_way)]
        under_way[chosen].append(outcome)
        events.append((now, "end", chosen, outcome))
        if not goes_on(under_way[chosen], min(drawn.tries, drawn.servers)):
            del under_way[chosen]
    return Case(list("ABCDEFGH"[: drawn.servers]), drawn.fails, drawn.rest, drawn.tries, events)


def goes_on(happened: list[str], most: int) -> bool:
    """Whether a request, after what has happened to it, is sent once more."""
    method, *outcomes = happened
    return len(outcomes) < most and (outcomes[-1] == "refused" or (method in REPEATABLE and outcomes[-1] != "ok"))


def problem(case: Case, found: Any) -> tuple[int, str]:
    """The first event of which the decision is wrong, and what is wrong; -1 and nothing where all are right."""
    if not isinstance(found, list) or len(found) != len(case.events):
        return 0, f"a list of {len(case.events)} is expected"
    attempts: list[Attempt] = []
    requests: dict[int, list[Attempt]] = {}
    methods: dict[int, str] = {}
    for at, ((now, kind, number, what), chosen) in enumerate(zip(case.events, found, strict=True)):
        if kind == "begin":
            methods[number], requests[number] = what, []
        else:
            last = requests[number][-1]
            last.ended, last.outcome = now, what
            # ended attempts in the order in which they ended, those under way before them
            attempts.remove(last)
            attempts.append(last)
        happened = [methods[number], *(attempt.outcome for attempt in requests[number])]
        may = kind == "begin" or goes_on(happened, min(case.tries, len(case.servers)))
        wrong = _sent(case, now, attempts, [one.server for one in requests[number]], chosen) if may else _kept(chosen)
        if wrong:
            return at, wrong
        if may:
            requests[number].append(Attempt(chosen))
            attempts.insert(0, requests[number][-1])
    return -1, ""


def _kept(chosen: Any) -> str:
    return "" if chosen is None else "this request is not to be sent again"


def _sent(case: Case, now: int, attempts: list[Attempt], tried: list[str], chosen: Any) -> str:
    """What is wrong with where it was sent."""
    if chosen not in case.servers:
        return "this request is to be sent to one of the servers"
    if chosen in tried:
        return f"it was sent to {chosen} before"
    left = [name for name in case.servers if name not in tried]
    closed = {name: why for name in left if (why := _closed(case, now, [a for a in attempts if a.server == name]))}
    if len(closed) < len(left):
        if chosen in closed:
            return f"{chosen} {closed[chosen]}"
        left = [name for name in left if name not in closed]
    in_flight = {name: sum(a.server == name and not a.outcome for a in attempts) for name in left}
    fewest = min(in_flight.values())
    if in_flight[chosen] > fewest:
        fewer = ", ".join(name for name in left if in_flight[name] == fewest)
        return f"{chosen} has {in_flight[chosen]} in flight, and {fewest}: {fewer}"
    return ""


def _closed(case: Case, now: int, attempts: list[Attempt]) -> str:
    """Why a server takes no request, by its attempts; nothing where it takes one."""
    ended = [attempt for attempt in attempts if attempt.outcome]
    row = 0
    while row < len(ended) and ended[-1 - row].outcome != "ok":
        row += 1
    if row < case.fails:
        return ""
    if now < ended[-1].ended + case.rest:
        return f"has failed {row} times in a row, the last time at {ended[-1].ended}, and is to rest for {case.rest} ms"
    return "is being tried by another request" if len(ended) < len(attempts) else ""
