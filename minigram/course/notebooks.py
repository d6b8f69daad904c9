"""Notebooks, executed as a student would: every cell, from the first to the last, in a kernel of its own."""

import asyncio
import atexit
import inspect
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from minigram.lab import LabError
from minigram.lab.machine import ROOT
from minigram.lab.notebook import SCALE
from minigram.lab.town import SIZES

NOTEBOOKS = ROOT / "notebooks"
LIMITS = {"tiny": 300, "quick": 600, "full": 3_600}
"""Seconds that one cell may take, by scale; a notebook takes far less."""


class NotebookFailed(Exception):
    """A cell raised, or took too long. The message ends with what it said."""


def notebooks(*chapters: str) -> list[Path]:
    """The notebooks of these chapters ("ch01", or the whole stem), or of all, in their order. Raises LabError where one
    of them has none."""
    found = {path: {path.stem, path.stem.split("_")[0]} for path in sorted(NOTEBOOKS.glob("ch[0-9][0-9]_*.ipynb"))}
    for chapter in chapters:
        if not any(chapter in names for names in found.values()):
            there = ", ".join(min(names, key=len) for names in found.values())
            raise LabError(f"There is no notebook of {chapter}. There are those of {there}.")
    return [path for path, names in found.items() if not chapters or names & set(chapters)]


def execute(path: Path, scale: str, on_step: Callable[[str], None]) -> Any:
    """The notebook with its outputs. `on_step` is told each heading as its cells begin.

    Raises NotebookFailed, and KeyboardInterrupt after Ctrl-C or SIGTERM, when the kernel and what it had started have
    ended.
    """
    if scale not in SIZES:
        raise ValueError(f"scale is {scale!r}; it has to be one of {', '.join(SIZES)}")
    notebook = nbformat.read(path, as_version=4)
    headings = _headings(notebook)

    def begins(cell: Any, cell_index: int) -> None:
        if client.stopped:
            raise RuntimeError("told to stop")
        on_step(headings[cell_index])

    client = _Client(
        notebook,
        timeout=LIMITS[scale],
        kernel_name="python3",
        resources={"metadata": {"path": str(ROOT)}},
        extra_arguments=["--log-level=ERROR"],
        on_cell_start=begins,
    )
    path_to_us = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    try:
        client.execute(env=os.environ | {SCALE: scale, "PYTHONPATH": path_to_us})
    except Exception as error:
        if client.stopped:
            if client.km is None:  # else the library, which was still waiting for the kernel, looks for it at exit
                atexit.unregister(client._cleanup_kernel)
            raise KeyboardInterrupt from None
        match error:
            case CellExecutionError():
                raised = f"a cell raised {error.ename}: {error.evalue}\n{_plain(error.traceback)}"
                raise NotebookFailed(f"{path.name}: {raised}") from error
            case CellTimeoutError() | DeadKernelError():
                raise NotebookFailed(f"{path.name}: {error}") from error
        raise
    return notebook


class _Client(NotebookClient):
    """It stops in good order when it is told to: the cell first. (The library's own way is to end the kernel at once,
    which says much about that.)"""

    stopped = False

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        for told in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(told, self._stop)
        await super().async_start_new_kernel(**kwargs)

    def _stop(self) -> None:
        self.stopped = True
        self._stopping = asyncio.ensure_future(self._interrupt())

    async def _interrupt(self) -> None:
        """The cell that runs, if the kernel is there yet."""
        if self.km is not None and self.km.has_kernel:
            interrupted = self.km.interrupt_kernel()
            if inspect.isawaitable(interrupted):
                await interrupted


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
