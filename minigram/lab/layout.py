"""Where the boxes of a stage's diagram stand, and which are joined: from what the stage says of itself alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from minigram.addresses import Need, Process
from minigram.system import Minigram

MANY = 12
"""Where there are more servers, those that are alike but for a number are drawn as one stack."""

TO = " … "
"""From the first to the last of a stack."""


@dataclass(frozen=True)
class Box:
    """One server, process or thing, or a stack of servers. It is 1 wide with its gap, and stands around `x` in row `y`,
    0 being the top."""

    name: str
    detail: str
    what: str
    x: float
    y: int


@dataclass(frozen=True)
class Layout:
    """`arrows` lead from one box to another. `buses` lead from all of some boxes to all of others: first those of
    browsers and of the app, then one for each process and row of what it asks, where that is not all.
    """

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[Box, Box], ...]
    buses: tuple[tuple[tuple[Box, ...], tuple[Box, ...]], ...]

    @property
    def width(self) -> float:
        return max(box.x for box in self.boxes) - min(box.x for box in self.boxes) + 1

    @property
    def height(self) -> int:
        return max(box.y for box in self.boxes) + 1


def layout(stage: type[Minigram]) -> Layout:
    """People above; below them the servers in front of processes, the processes, and the servers that these ask, each
    row of them before those that it leads to.
    """
    needs, processes = _stacked(stage.needs()), sorted(stage.processes(), key=lambda process: process.health is None)
    names = {process.name for process in processes}
    front = [need for need in needs if names.intersection(need.before)]
    rows = _rows([need for need in needs if need not in front])
    keeps = ["media"] if "media" in stage.parts() else []
    middle = max(len(rows[0]) + len(keeps) if rows else len(keeps), len(processes), len(front), 1) / 2

    def spread(boxes: Sequence[tuple[str, str, str]], y: int) -> tuple[Box, ...]:
        return tuple(Box(*box, middle + n - (len(boxes) - 1) / 2, y) for n, box in enumerate(boxes))

    people = spread([("people", "browsers", "people")], 0)
    doors = spread([_server(need) for need in front], 1)
    first = 2 if front else 1
    app = spread([(p.name, _program(p), "process" if p.health else "worker") for p in processes], first)
    asked = spread(
        [*map(_server, rows[0] if rows else []), *((kept, "JPEG files", "files") for kept in keeps)],
        first + 1,
    )
    found = {box.name: box for box in (*doors, *app, *asked)}
    deeper: list[Box] = []
    for depth, row in enumerate(rows[1:], first + 2):
        right = float("-inf")
        for x, need in sorted(((_above(need, needs, found, middle), need) for need in row), key=lambda pair: pair[0]):
            right = max(x, right + 1)
            found[need.name] = Box(*_server(need), right, depth)
            deeper.append(found[need.name])
    arrows = [(found[need.name], found[other]) for need in needs for other in need.before]
    served = [box for box in app if box.what == "process"]
    visited = doors or tuple(served[-1:])  # without a server in front, browsers go to the last of them
    own = {process.name: process.asks for process in processes if process.asks}
    buses = [(people, visited), (tuple(box for box in app if box.name not in own), asked)]
    below = [*asked, *deeper]
    for box in app:
        theirs = [other for other in below if other.detail.split()[-1] in own.get(box.name, ())]
        buses += [((box,), tuple(o for o in theirs if o.y == row)) for row in sorted({o.y for o in theirs})]
    return Layout((*people, *doors, *app, *asked, *deeper), tuple(arrows), tuple((a, b) for a, b in buses if a and b))


def _stacked(needs: Sequence[Need]) -> Sequence[Need]:
    """The same, with a stack of alike servers as one."""
    if len(needs) <= MANY:
        return needs
    alike: dict[tuple[str, str], list[Need]] = {}
    for need in needs:
        alike.setdefault((re.sub(r"\d+", "#", need.name), need.kind), []).append(need)
    stacks = {need.name: f"{own[0].name}{TO}{own[-1].name}" for own in alike.values() if len(own) > 1 for need in own}

    def stack(first: Need, many: int) -> Need:
        before = dict.fromkeys(stacks.get(name, name) for name in first.before)
        kind = f"{many} × {first.kind}" if many > 1 else first.kind
        return replace(first, name=stacks.get(first.name, first.name), kind=kind, before=tuple(before))

    return [stack(own[0], len(own)) for own in alike.values()]


def _server(need: Need) -> tuple[str, str, str]:
    return need.name, need.kind, "servers" if TO in need.name else "server"


def _rows(needs: Sequence[Need]) -> list[list[Need]]:
    """The servers by how far they are from whoever asks first; beside each other stand those that lead to the same."""
    depth = {need.name: 0 for need in needs}
    by_name = {need.name: need for need in needs}
    for _ in needs:  # the longest way counts
        for need in needs:
            for other in need.before:
                depth[other] = max(depth[other], depth[need.name] + 1)
    order = [need.name for need in needs]

    def end(need: Need) -> int:
        """The place, in the order of the needs, of the last server that it leads to."""
        while need.before:
            need = by_name[need.before[0]]
        return order.index(need.name)

    rows = [[need for need in needs if depth[need.name] == d] for d in range(max(depth.values(), default=-1) + 1)]
    return [sorted(row, key=end) for row in rows]


def _above(need: Need, needs: Sequence[Need], found: dict[str, Box], middle: float) -> float:
    """Below the middle of those that lead to it."""
    places = [found[other.name].x for other in needs if need.name in other.before and other.name in found]
    return sum(places) / len(places) if places else middle


def _program(process: Process) -> str:
    return process.argv[0].removeprefix("minigram.")
