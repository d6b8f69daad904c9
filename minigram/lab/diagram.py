"""A stage as a picture, drawn from what the stage itself says of its processes, servers and parts."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from minigram.lab.layout import TO, Box, layout
from minigram.lab.plots import COLOURS, plot
from minigram.system import Minigram

WIDE, HIGH = 0.42, 0.27
"""Half of a box, in places and rows."""

KINDS = {
    "people": ("#555555", "-"),
    "process": (COLOURS[0], "-"),
    "worker": (COLOURS[2], "--"),
    "server": (COLOURS[1], "-"),
    "servers": (COLOURS[1], "-"),
    "files": ("#555555", ":"),
}
"""Colour and outline, so that they differ without colours, too."""

ARROW = {"arrowstyle": "-|>", "color": "#777777", "shrinkA": 0, "shrinkB": 0}


def diagram(stage: type[Minigram]) -> Figure:
    """Whoever asks stands above whoever is asked. Where all of a row may ask all of the next, a bar joins them; a
    process that asks others than the app does has a dashed bar of its own, which goes round the rows between."""
    found = layout(stage)
    inch = min(1.9, max(1.15, 7.3 / found.width))
    with plot(max(7.5, inch * found.width), 0.1 + 1.05 * found.height) as (figure, (axes,)):
        axes.set_axis_off()
        spare = max(0.0, 7.5 / inch - found.width) / 2
        left = min(box.x for box in found.boxes) - 0.5
        edge = left + found.width
        axes.set_xlim(left - spare, edge + max(spare, 0.3))
        axes.set_ylim(0.6 - found.height, 0.4)
        for box in found.boxes:
            _draw(axes, box)
        for one, other in found.arrows:
            axes.annotate("", (other.x, -other.y + HIGH), (one.x, -one.y - HIGH), arrowprops=ARROW)
        for above, below in found.buses[:2]:
            _join(axes, above, below)
        for nth, (above, below) in enumerate(found.buses[2:], 1):
            _join(axes, above, below, nth, edge)
        return figure


def described(stage: type[Minigram]) -> str:
    """The diagram in words, for those who do not see it."""
    found = layout(stage)
    leads: dict[str, list[str]] = {}
    for one, other in found.arrows:
        leads.setdefault(one.name, []).append(other.name)
    words = [f"{_and([box.name for box in a])} may ask {_and([_told(box) for box in b])}" for a, b in found.buses]
    words += [f"{one} {'lead' if TO in one else 'leads'} to {_and(others)}" for one, others in leads.items()]
    return f"{stage.title}: {'; '.join(words)}."


def _draw(axes: Axes, box: Box) -> None:
    colour, outline = KINDS[box.what]
    for behind in (0.1, 0.05, 0) if box.what == "servers" else (0,):
        corner = (box.x - WIDE + behind, -box.y - HIGH - behind)
        shape = FancyBboxPatch(corner, 2 * WIDE, 2 * HIGH, "round,pad=0,rounding_size=0.08")
        shape.set(facecolor="white", edgecolor=colour, linewidth=1.6, linestyle=outline)
        axes.add_patch(shape)
    size = 10 if len(box.name) <= 10 else 7.5
    axes.text(box.x, -box.y + 0.09, box.name, ha="center", va="center", weight="bold", color=colour, size=size)
    axes.text(box.x, -box.y - 0.13, box.detail, ha="center", va="center", size=8.5, color="#333333")


def _join(axes: Axes, above: tuple[Box, ...], below: tuple[Box, ...], own: int = 0, edge: float = 0) -> None:
    """`own` numbers the bars that are a process's own: they lie beside the others."""
    bar, aside = 0.54 - below[0].y - 0.06 * own, 0.09 * own
    colour = COLOURS[2] if own else "#777777"
    places = [box.x + aside for box in below]
    for box in above:
        x, around = box.x + aside, edge + 0.06 * own
        if below[0].y - box.y == 1:
            _line(axes, colour, own, ([x, x], [-box.y - HIGH, bar]))
            places.append(x)
        else:
            out = 0.54 - (box.y + 1) - 0.06 * own
            _line(axes, colour, own, ([x, x, around, around], [-box.y - HIGH, out, out, bar]))
            places.append(around)
    _line(axes, colour, own, ([min(places), max(places)], [bar, bar]))
    for box in below:
        axes.annotate(
            "", (box.x + aside, -box.y + HIGH), (box.x + aside, bar), arrowprops={**ARROW, "color": colour}
        )


def _line(axes: Axes, colour: str, own: int, points: tuple[list[float], list[float]]) -> None:
    axes.plot(*points, color=colour, linestyle="--" if own else "-", linewidth=1.2, marker="", zorder=0.5)


def _told(box: Box) -> str:
    return f"{box.name} ({box.detail})"


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
