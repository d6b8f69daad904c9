"""What is committed of a run: the notebook with its outputs, the results, and the figures of the chapter."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import nbformat
from rich.console import Console

from minigram.course.notebooks import NOTEBOOKS, NotebookFailed
from minigram.course.tour import BROKEN, status, table, visit
from minigram.lab.machine import ROOT
from minigram.lab.results import BUILD


def record(paths: Sequence[Path], scale: str, console: Console) -> int:
    """Execute the notebooks, and keep all of it if every claim passes, nothing if one does not. The exit status."""
    try:
        visited = visit(paths, scale, console)
    except NotebookFailed as error:
        console.print(f"Nothing was recorded.\n{error}", style="red", markup=False)
        return BROKEN
    console.print(table(visited))
    if status(visited):
        console.print("Nothing was recorded: a claim did not pass.", style="red")
        return status(visited)
    for path, chapter in zip(paths, visited, strict=True):
        for cell in chapter.notebook.cells:
            cell.metadata.pop("execution", None)  # when each cell ran is noise in every difference
        nbformat.write(chapter.notebook, path)
        shutil.copy(BUILD / "results" / f"{path.stem}.json", NOTEBOOKS)
        figures = ROOT / "chapters" / "figures" / path.stem
        shutil.rmtree(figures, ignore_errors=True)
        shutil.copytree(BUILD / "figures" / path.stem, figures)
        console.print(f"Recorded {path.name}. `minigram book` brings its numbers into the chapter.")
    return 0
