"""A stage as a picture, drawn from what the stage itself says of its processes, servers and parts."""

from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from minigram.lab.plots import COLOURS, plot
from minigram.system import Minigram


@dataclass(frozen=True)
class Box:
    title: str
    detail: str
    colour: str


def diagram(stage: type[Minigram]) -> Figure:
    """People above, then the processes that serve them, those that work behind, and the servers below."""
    front = [p for p in stage.processes() if p.health]
    behind = [p for p in stage.processes() if not p.health]
    rows = [
        [Box("people", "browsers and apps", "#555555")],
        [Box(p.name, f"{p.argv[0]} · HTTP", COLOURS[0]) for p in front],
        [Box(p.name, p.argv[0], COLOURS[2]) for p in behind],
        [Box(need.name, need.kind, COLOURS[1]) for need in stage.needs()]
        + ([Box("media", "JPEG files on disk", COLOURS[5])] if "media" in stage.parts() else []),
    ]
    rows = [row for row in rows if row]
    with plot(7.5, 0.6 + 1.15 * len(rows)) as (figure, (axes,)):
        axes.set_axis_off()
        axes.set_xlim(0, 10)
        axes.set_ylim(-len(rows), 0.1)
        places = [_row(axes, boxes, -0.5 - nth) for nth, boxes in enumerate(rows)]
        for nth, (above, below) in enumerate(pairwise(places)):
            for x in above:
                for other in below:
                    arrow = {"arrowstyle": "-|>", "color": "#888888", "shrinkA": 0, "shrinkB": 0}
                    axes.annotate("", (other, -1.2 - nth), (x, -0.8 - nth), arrowprops=arrow)
        return figure


def described(stage: type[Minigram]) -> str:
    """The diagram in words, for those who do not see it."""
    processes = ", ".join(f"{p.name} ({p.argv[0]})" for p in stage.processes())
    servers = ", ".join(f"{need.name} ({need.kind})" for need in stage.needs())
    return f"{stage.title}: people reach {processes}; behind it {servers}, and the photos' files on disk."


def _row(axes: Axes, boxes: list[Box], y: float) -> list[float]:
    width, gap = min(2.6, 9.2 / len(boxes) - 0.3), 0.3
    first = 5 - (len(boxes) * (width + gap) - gap) / 2
    centres = []
    for nth, box in enumerate(boxes):
        left = first + nth * (width + gap)
        shape = FancyBboxPatch((left, y - 0.27), width, 0.54, "round,pad=0.02,rounding_size=0.1")
        shape.set(facecolor="white", edgecolor=box.colour, linewidth=1.6)
        axes.add_patch(shape)
        axes.text(left + width / 2, y + 0.09, box.title, ha="center", va="center", weight="bold", color=box.colour)
        axes.text(left + width / 2, y - 0.14, box.detail, ha="center", va="center", size=8.5, color="#333333")
        centres.append(left + width / 2)
    return centres
