"""The commands that measure: `minigram tour`, `minigram bench`, `minigram record`. All of them start real servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

SCALE = click.Choice(["tiny", "quick", "full"])


@click.command()
@click.argument("chapters", nargs=-1)
@click.option(
    "--scale", type=SCALE, default="quick", show_default=True, help="How large the town is, how long the runs."
)
def tour(chapters: tuple[str, ...], scale: str) -> None:
    """Run the notebooks of CHAPTERS (ch01 …; without any, all) and show what was measured.

    Exit status 0: all claims pass; 1: one fails; 2: one is unknown; 3: the tour could not run.
    """
    with _stoppable():
        from minigram.course.tour import tour as go

        raise SystemExit(go(scale, chapters, _console()))


@click.command()
def bench() -> None:
    """Measure what the app costs, as counts and ratios of the same run. Exit status as that of the tour."""
    from minigram.course import bench as classroom
    from minigram.lab import benches
    from minigram.lab.claims import MARKS, overall, readable

    console, claims = _console(), []
    with _stoppable():
        for claim in chain(benches.bench(), classroom.bench()):
            claims.append(claim)
            console.print(
                f"{MARKS[claim.verdict]:9}  {claim.says}: {readable(claim.value)} ({claim.bound}) "
                + " → ".join(text for text in (claim.before, claim.after) if text),
                f"[{claim.why}]" if claim.why else "",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
    raise SystemExit({"pass": 0, "fail": 1, "unknown": 2}[overall(claims)])


@click.command()
@click.argument("chapters", nargs=-1)
@click.option(
    "--scale", type=SCALE, default="full", show_default=True, help="How large the town is, how long the runs."
)
def record(chapters: tuple[str, ...], scale: str) -> None:
    """Run the notebooks of CHAPTERS and keep their outputs, results and figures in the clone, for readers."""
    with _stoppable():
        from minigram.course.notebooks import notebooks
        from minigram.course.record import record as keep

        raise SystemExit(keep(notebooks(*chapters), scale, _console()))


COMMANDS: tuple[click.Command, ...] = (tour, bench, record)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C gets a sentence, and the status of what could not run."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nStopped before the end: no server is left running.", err=True)
        raise SystemExit(3) from None


def _console() -> "Console":
    """As wide as the terminal; where there is none, as wide as a table of claims needs."""
    from rich.console import Console

    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=120)
