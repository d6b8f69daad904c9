"""Notebooks, executed as a student would: every cell, from the first to the last, in a kernel of its own."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from minigram.lab.machine import ROOT
from minigram.lab.notebook import SCALE
from minigram.lab.town import SIZES

NOTEBOOKS = ROOT / "notebooks"
LIMITS = {"tiny": 300, "quick": 600, "full": 3_600}
"""Seconds that one cell may take, by scale; a notebook takes far less."""


class NotebookFailed(Exception):
    """A cell raised, or took too long. The message ends with what it said."""


def notebooks(*chapters: str) -> list[Path]:
    """The notebooks of these chapters ("ch01", or the whole stem), or of all, in their order."""
    found = sorted(NOTEBOOKS.glob("ch[0-9][0-9]_*.ipynb"))
    return [path for path in found if not chapters or {path.stem, path.stem.split("_")[0]} & set(chapters)]


def execute(path: Path, scale: str, on_step: Callable[[str], None]) -> Any:
    """The notebook with its outputs. `on_step` is told each heading as its cells begin. Raises NotebookFailed."""
    if scale not in SIZES:
        raise ValueError(f"scale is {scale!r}; it has to be one of {', '.join(SIZES)}")
    notebook = nbformat.read(path, as_version=4)
    headings = _headings(notebook)
    client = NotebookClient(
        notebook,
        timeout=LIMITS[scale],
        kernel_name="python3",
        resources={"metadata": {"path": str(ROOT)}},
        extra_arguments=["--log-level=ERROR"],
        on_cell_start=lambda cell, cell_index: on_step(headings[cell_index]),
    )
    try:
        client.execute(
            env=os.environ
            | {SCALE: scale, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        )
    except CellExecutionError as error:
        raise NotebookFailed(
            f"{path.name}: a cell raised {error.ename}: {error.evalue}\n{_plain(error.traceback)}"
        ) from error
    except (CellTimeoutError, DeadKernelError) as error:
        raise NotebookFailed(f"{path.name}: {error}") from error
    return notebook


def _headings(notebook: Any) -> list[str]:
    """For each cell, the heading that it stands under."""
    current, found = "", []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (match := re.search(r"^#+ (.+)$", cell.source, re.MULTILINE)):
            current = match[1]
        found.append(current)
    return found


def _plain(traceback: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", traceback)[-2_000:]
