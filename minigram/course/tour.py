"""The tour: every chapter's notebook, executed on real servers, and one table of what it showed."""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from minigram.course.notebooks import NotebookFailed, execute, notebooks
from minigram.lab.claims import readable
from minigram.lab.results import BUILD

STATUS = {"pass": 0, "fail": 1, "unknown": 2}
BROKEN = 3
"""Exit status when the tour itself could not run."""

COUNTED = {"pass": "claims pass", "fail": "fail", "unknown": "are unknown"}
COLOURS = {"pass": "green", "fail": "bold red", "unknown": "yellow"}


@dataclass(frozen=True)
class Visited:
    """One chapter of a tour: its results as JSON (see lab/results.py), and the notebook with its outputs."""

    results: dict[str, Any]
    notebook: Any

    @property
    def claims(self) -> list[dict[str, Any]]:
        return list(self.results["claims"])


def visit(paths: Sequence[Path], scale: str, console: Console) -> list[Visited]:
    """Execute these notebooks one after the other, showing chapter, step and time. Raises NotebookFailed."""
    visited = []
    columns = (
        SpinnerColumn(),
        TextColumn("{task.fields[chapter]}"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None, chapter="")
        for path in paths:
            progress.reset(task, description="starts", chapter=path.stem)

            def step(heading: str, chapter: str = path.stem) -> None:
                if progress.tasks[task].description != heading:
                    progress.update(task, description=heading)
                    if not console.is_terminal:
                        console.print(f"{chapter}: {heading}")

            kept = BUILD / "results" / f"{path.stem}.json"
            kept.unlink(missing_ok=True)
            notebook = execute(path, scale, step)
            if not kept.exists():
                raise NotebookFailed(f"{path.name} ran to its end and kept no results: does it call finish()?")
            visited.append(Visited(json.loads(kept.read_text()), notebook))
    return visited


def status(visited: Sequence[Visited]) -> int:
    """0: every claim passes; 1: one fails; 2: none fails, and one is unknown or there is none."""
    verdicts = {claim["verdict"] for chapter in visited for claim in chapter.claims}
    return STATUS["fail" if "fail" in verdicts else "unknown" if "unknown" in verdicts or not verdicts else "pass"]


def table(visited: Sequence[Visited]) -> Table:
    """Chapter · what was measured · before · after · what was judged, with its bound · published figure · verdict."""
    shown = Table(title="What the tour has measured", box=SIMPLE_HEAD, padding=(0, 1, 1, 0), expand=True)
    for heading, ratio in (("chapter", 2), ("what was measured", 8), ("before", 4), ("after", 4), ("judged", 3)):
        shown.add_column(heading, ratio=ratio)
    shown.add_column("published", ratio=3, overflow="fold")
    shown.add_column("verdict", no_wrap=True)
    for chapter in visited:
        for claim in chapter.claims:
            colour = COLOURS[claim["verdict"]]
            shown.add_row(
                chapter.results["chapter"].split("_")[0],
                claim["says"],
                claim["before"],
                claim["after"],
                f"{number(claim['value'])} ({claim['bound']})",
                claim["published"] or "–",
                f"[{colour}]{claim['verdict']}[/]",
            )
    return shown


def write_page(visited: Sequence[Visited]) -> Path:
    """build/tour/index.html, with the plots beside it; needs nothing from anywhere else."""
    folder = BUILD / "tour"
    shutil.rmtree(folder, ignore_errors=True)
    for chapter in visited:
        stem = chapter.results["chapter"]
        shutil.copytree(BUILD / "figures" / stem, folder / "figures" / stem)
    environment = Environment(loader=PackageLoader("minigram.course"), autoescape=select_autoescape())
    environment.globals["number"] = number
    page = folder / "index.html"
    page.write_text(environment.get_template("tour.html").render(chapters=[chapter.results for chapter in visited]))
    return page


def number(value: float | None) -> str:
    """A claim's value; a dash where there is none, as where something never came."""
    return "–" if value is None else readable(value)


def tour(scale: str, chapters: Sequence[str], console: Console) -> int:
    """All of it; the exit status."""
    (BUILD / "results").mkdir(parents=True, exist_ok=True)  # whoever may not write there is told before it all runs
    try:
        visited = visit(notebooks(*chapters), scale, console)
    except NotebookFailed as error:
        console.print(f"The tour could not run.\n{error}", style="red", markup=False)
        return BROKEN
    console.print(table(visited))
    unknown = [claim for chapter in visited for claim in chapter.claims if claim["verdict"] == "unknown"]
    for claim in unknown:
        console.print(f"Unknown: {claim['says']} ({claim['why']})", markup=False)
    if unknown:
        console.print("What is unknown: the machine was too busy to tell. Close other programs, and run it again.")
    console.print(f"The page with the plots: {write_page(visited)}", soft_wrap=True)
    verdicts = Counter(claim["verdict"] for chapter in visited for claim in chapter.claims)
    console.print(", ".join(f"{verdicts[verdict]} {words}" for verdict, words in COUNTED.items()) + ".")
    return status(visited)
