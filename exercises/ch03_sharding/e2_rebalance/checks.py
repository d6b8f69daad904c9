"""The checks that students see: a plan is followed, move by move, and what comes of it is measured."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from exercises.ch03_sharding.e1_ids.checks import searched
from minigram.course.judge import Called, Measured, check

T = TypeVar("T")
Move = tuple[int, str, str]
NAMES = "north", "east", "south", "west", "middle", "upper", "lower"


@dataclass(frozen=True)
class Town:
    """The servers, where each shard lies and how many rows it has, what is moving, and how much a server may do."""

    staying: list[str]
    leaving: list[str]
    shards: list[tuple[int, str, int]]
    moving: list[Move]
    most: int

    def arguments(self) -> tuple[Any, ...]:
        return self.staying, self.leaving, self.shards, self.moving, self.most

    def arrived(self) -> dict[int, str]:
        """Where each shard is once the moves in progress have ended."""
        return {shard: server for shard, server, _ in self.shards} | {shard: to for shard, _, to in self.moving}

    def loads(self, place: dict[int, str]) -> dict[str, int]:
        """The rows of each staying server."""
        return {
            server: sum(rows for shard, _, rows in self.shards if place[shard] == server) for server in self.staying
        }

    @property
    def total(self) -> int:
        return sum(rows for *_, rows in self.shards)

    @property
    def largest(self) -> int:
        return max((rows for *_, rows in self.shards), default=0)


@st.composite
def towns(draw: st.DrawFn, most_rows: int = 9, moving: bool = False, to_leaving: bool = False) -> Town:
    """Up to five servers that stay and two that leave; some of them are new, and have nothing yet."""
    staying = draw(st.integers(1, 5))
    servers = list(NAMES[: staying + draw(st.integers(1 if to_leaving else 0, 2))])
    old = draw(st.integers(1, len(servers)))
    order = draw(st.permutations(servers))
    size = draw(st.integers(1, 28))
    lie = draw(st.lists(st.tuples(st.integers(0, old - 1), st.integers(0, most_rows)), min_size=size, max_size=size))
    if draw(st.booleans()):  # one server has the large ones
        lie = [(at, rows if at else 2 * rows) for at, rows in lie]
    shards = [(number, order[at], rows) for number, (at, rows) in enumerate(lie)]
    most = draw(st.integers(1, 4))
    targets = [*servers[staying:], *servers] if to_leaving else servers[:staying]
    found: list[Move] = []
    if moving:
        busy: Counter[str] = Counter()
        for at, to in draw(st.lists(st.tuples(st.integers(0, len(shards) - 1), st.sampled_from(targets)), max_size=6)):
            shard, server, _ = shards[at]
            if server != to and max(busy[server], busy[to]) < most and shard not in [one for one, *_ in found]:
                found.append((shard, server, to))
                busy.update((server, to))
    return Town(servers[:staying], servers[staying:], shards, found, most)


@st.composite
def with_a_new_one(draw: st.DrawFn) -> Town:
    """Three or four servers with equally many shards, and a new one."""
    old = draw(st.integers(3, 4))
    shards = [
        (number, NAMES[number % old], rows)
        for number, rows in enumerate(draw(st.lists(st.integers(5, 9), min_size=5 * old, max_size=28)))
    ]
    return Town(list(NAMES[: old + 1]), [], shards, [], 2)


def plans(
    case: Called, drawn: st.SearchStrategy[Town], wrong: Callable[[Town, list[list[Move]]], str], count: int, what: str
) -> Measured:
    """Whether the plan for each town can be followed, and nothing else is wrong with it."""

    def told(town: Town) -> str:
        waves = case.call("plan", *town.arguments())
        if problem := not_followed(town, waves) or wrong(town, waves):
            return explained(waves, problem)
        return ""

    return searched(case, drawn, asked, told, count, what)


def asked(town: Town) -> str:
    """What the plan is for, line by line."""
    shards = [f"shards of {one}: {_listed(town, one)}" for one in [*town.staying, *town.leaving]]
    first = f"staying {town.staying}, leaving {town.leaving}, most {town.most}"
    return "\n".join([first, *shards, f"moving {[list(move) for move in town.moving]}"])


def explained(waves: object, problem: str) -> str:
    """The plan, wave by wave, and what is wrong with it."""
    if isinstance(waves, list):
        lines = [f"wave {number}: {str(wave)[:400]}" for number, wave in enumerate(waves, 1)] or ["no waves"]
    else:
        lines = [f"plan: {str(waves)[:400]}"]
    return "\n".join([*lines, f"    {problem}"])


def _listed(town: Town, server: str) -> str:
    return ", ".join(f"{shard} ({rows} rows)" for shard, at, rows in town.shards if at == server) or "none"


def not_followed(town: Town, waves: Any) -> str:
    """Why the plan cannot be followed, or does not empty the servers that leave; nothing where it does."""
    servers, place = {*town.staying, *town.leaving}, {shard: server for shard, server, _ in town.shards}
    if not isinstance(waves, list) or not all(isinstance(wave, list) and wave for wave in waves):
        return "a plan is a list of waves, each a list of at least one move"
    for number, wave in enumerate(waves, 1):
        seen = set()
        for move in wave:
            if not (isinstance(move, list) and [type(part) for part in move] == [int, str, str]):
                return f"wave {number}: {str(move)[:100]} is no [shard, from, to]"
            shard, source, to = move
            if place.get(shard) != source or to not in servers or source == to or shard in seen:
                return f"wave {number}: shard {shard} cannot go from {source} to {to}: it is on {place.get(shard)}"
            if to in town.leaving and (shard, source, to) not in town.moving:
                return f"wave {number}: shard {shard} goes to {to}, which leaves"
            seen.add(shard)
        for shard, _, to in wave:
            place[shard] = to
    missing = [list(move) for move in town.moving if not waves or list(move) not in waves[0]]
    if missing:
        return f"in progress, and not in the first wave: {missing}"
    left = [shard for shard, server in place.items() if server in town.leaving]
    return f"at the end these are on a server that leaves: {left}" if left else ""


def after(town: Town, waves: list[list[Move]]) -> dict[int, str]:
    """Where each shard is at the end."""
    return {shard: server for shard, server, _ in town.shards} | {shard: to for wave in waves for shard, _, to in wave}


def uneven(town: Town, waves: list[list[Move]]) -> str:
    """Which server is further from the mean than the largest shard is large."""
    for server, load in town.loads(after(town, waves)).items():
        if abs(len(town.staying) * load - town.total) > len(town.staying) * town.largest:
            mean = town.total / len(town.staying)
            return f"at the end {server} has {load} rows; the mean is {mean:.4g}, the largest shard {town.largest}"
    return ""


def too_much(town: Town, waves: list[list[Move]]) -> str:
    """Which server gives more than it has to."""
    given: dict[str, list[int]] = {server: [] for server in town.staying}
    rows = {shard: count for shard, _, count in town.shards}
    for number, wave in enumerate(waves):
        for shard, source, to in wave:
            in_progress = number == 0 and [shard, source, to] in [list(move) for move in town.moving]
            if source in given and not in_progress:
                given[source].append(rows[shard])
    for server, load in town.loads(town.arrived()).items():
        above = len(town.staying) * load - town.total
        gives = given[server]
        if gives and (above <= 0 or len(town.staying) * (sum(gives) - max(gives)) >= above):
            mean = town.total / len(town.staying)
            return f"{server} has {load} rows and gives {sum(gives)}, the largest shard {max(gives)}; mean {mean:.4g}"
    return ""


def crowded(town: Town, waves: list[list[Move]]) -> str:
    """Which server has too many moves in one wave, or that there are too many waves."""
    altogether: Counter[str] = Counter()
    for number, wave in enumerate(waves, 1):
        busy = Counter(server for _, *ends in wave for server in ends)
        altogether += busy
        for server, moves in sorted(busy.items()):
            if moves > town.most:
                return f"wave {number}: {server} has {moves} moves; at most {town.most} are allowed"
    busiest = max(altogether.values(), default=0)
    allowed = 2 * -(-busiest // town.most)
    if len(waves) > allowed:
        return f"{len(waves)} waves, where the busiest server has {busiest} moves: at most {allowed} are allowed"
    return ""


@check(points=2, hint=1)
def everything_arrives(case: Called) -> Measured:
    """Each move begins where the shard is, and at the end the servers that leave have no shard."""
    return plans(case, towns(most_rows=3), lambda town, waves: "", 40, "up to 7 servers and 28 shards, some empty")


@check(points=2, hint=1)
def balanced(case: Called) -> Measured:
    """At the end no server that stays is further from the mean than the largest shard is large."""
    return plans(case, towns() | with_a_new_one(), uneven, 50, "up to 7 servers and 28 shards")


@check(points=2, hint=2)
def few_rows(case: Called) -> Measured:
    """Only servers above the mean give, and no more than they have to."""
    return plans(case, towns(), too_much, 40, "up to 7 servers and 28 shards")


@check(points=1, hint=3)
def in_flight(case: Called) -> Measured:
    """A server never has too many moves at a time, and there are no more waves than twice what the busiest needs."""
    return plans(case, towns(moving=True), crowded, 40, "up to 7 servers, and up to 6 moves in progress")


def shuffled(town: Town) -> Town:
    """The same town, told in another order."""
    order = Random(1)

    def mixed(one: list[T]) -> list[T]:
        return order.sample(one, len(one))

    return Town(mixed(town.staying), mixed(town.leaving), mixed(town.shards), mixed(town.moving), town.most)
