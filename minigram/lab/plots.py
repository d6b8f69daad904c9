"""Plots that everybody can read: colours that differ for the colour-blind too, markers as well as colours, units."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from minigram.lab.results import BUILD

# The cycle of Okabe and Ito, without its yellow (too pale on white), each colour with a marker of its own.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

STYLE: Any = {
    "axes.prop_cycle": cycler(color=COLOURS) + cycler(marker=MARKERS),
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.color": "#dddddd",
    "font.size": 11,
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
    "legend.frameon": False,
    "lines.markersize": 5,
    "svg.hashsalt": "minigram",  # the same figure is the same file
    "svg.fonttype": "none",
}


@contextmanager
def plot(wide: float = 7.5, high: float = 4.0, columns: int = 1) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure and its axes, drawn in the house style; needs no screen and leaves nothing open."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(wide, high))
        axes = [figure.add_subplot(1, columns, n + 1) for n in range(columns)]
        yield figure, axes
        for each in axes:
            for axis in (each.xaxis, each.yaxis):
                if axis.get_scale() == "log":  # 1, 10, 100 and not powers
                    low, high = axis.get_view_interval()
                    numbers = (1, 2, 5) if axis is each.yaxis or high < 500 * low else (1,)
                    axis.set_major_locator(LogLocator(subs=numbers))
                    axis.set_major_formatter("{x:,g}")
                    axis.set_minor_formatter(NullFormatter())


def save(figure: Figure, stem: str, name: str) -> Path:
    """Write build/figures/<stem>/<name>.svg; returns its path."""
    path = BUILD / "figures" / stem / f"{name}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        figure.savefig(path, metadata={"Date": None, "Creator": None})
    return path


def png(figure: Figure) -> bytes:
    """The figure as a PNG, which every code host shows in a notebook."""
    into = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(into, format="png", dpi=110)
    return into.getvalue()
