"""What a tour of several chapters shows."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from subprocess import PIPE, STDOUT

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from rich.console import Console

from minigram.course.notebooks import NotebookFailed, notebooks
from minigram.course.tour import status, table, visit
from minigram.lab import LabError
from minigram.lab.notebook import STAGE
from minigram.lab.results import BUILD
from minigram.stages import newest, path_of
from tests.behaviour.waiting import eventually

MEASURES = """
from minigram.lab.claims import count, exactly
from minigram.lab.notebook import Chapter

chapter = Chapter("{stem}")
"""
CLAIMS = "chapter.claim(count('{stem} holds', {value}, exactly(1)))"
ENDS = "chapter.finish()"


@pytest.fixture(autouse=True)
def _a_stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Of a class that is there; nothing of it is started. What the notebooks keep is taken away."""
    monkeypatch.setenv(STAGE, path_of(newest()))
    yield
    for stem in ("small", "smaller"):
        with suppress(FileNotFoundError):
            (BUILD / "results" / f"{stem}.json").unlink()


def small(folder: Path, stem: str, value: object, *, ends: str = ENDS) -> Path:
    cells = [
        new_markdown_cell(f"# Chapter {stem}"),
        new_code_cell(MEASURES.format(stem=stem)),
        new_markdown_cell("## Measure"),
        new_code_cell(CLAIMS.format(stem=stem, value=value)),
        new_code_cell(ends),
    ]
    path = folder / f"{stem}.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_every_chapter_is_visited_in_order(tmp_path: Path) -> None:
    """Each step is told as it begins, once, with its chapter; one failing claim decides the status."""
    told = StringIO()
    paths = [small(tmp_path, "small", 1), small(tmp_path, "smaller", 2)]
    visited = visit(paths, "quick", Console(file=told))
    assert told.getvalue().splitlines() == [
        "small: Chapter small",
        "small: Measure",
        "smaller: Chapter smaller",
        "smaller: Measure",
        "",
    ]
    assert [claim["says"] for one in visited for claim in one.claims] == ["small holds", "smaller holds"]
    assert (status(visited[:1]), status(visited)) == (0, 1)


def test_what_never_comes_fails_and_is_shown(tmp_path: Path) -> None:
    """A moment that was waited for in vain is infinitely late: that is a failure like any other, with a dash."""
    visited = visit([small(tmp_path, "small", "float('inf')")], "quick", Console(file=StringIO()))
    shown = Console(file=StringIO(), width=200)
    shown.print(table(visited))
    assert status(visited) == 1 and "– (= 1)" in shown.file.getvalue()  # type: ignore[attr-defined]


def test_a_notebook_that_keeps_nothing_is_told(tmp_path: Path) -> None:
    """It is no success to have measured nothing."""
    with pytest.raises(NotebookFailed, match=r"small\.ipynb ran to its end and kept no results"):
        visit([small(tmp_path, "small", 1, ends="chapter.stop()")], "quick", Console(file=StringIO()))


def test_a_chapter_that_is_not_there_is_told_at_once() -> None:
    """Nothing is run, also where others are there."""
    with pytest.raises(LabError, match=r"no notebook of ch99\. There are those of ch01"):
        notebooks("ch01", "ch99")


def test_ctrl_c_ends_the_cell_and_what_it_had_started(tmp_path: Path) -> None:
    """In a sentence of whoever runs it, without a traceback of anybody's."""
    notebook = new_notebook(cells=[new_code_cell("import atexit, threading"), new_code_cell(ENDLESS)])
    nbformat.write(notebook, tmp_path / "endless.ipynb")
    program = INTERRUPTED.format(path=tmp_path / "endless.ipynb")
    popen = subprocess.Popen([sys.executable, "-c", program], stdout=PIPE, stderr=STDOUT, text=True, process_group=0)
    assert popen.stdout is not None
    eventually("the cell runs", (tmp_path / "runs").exists, within=30)
    os.killpg(popen.pid, signal.SIGINT)
    said, _ = popen.communicate(timeout=30)
    assert said == "stopped\n" and (tmp_path / "ended").exists()


ENDLESS = """
from pathlib import Path
atexit.register(Path("ended").touch)
Path("runs").touch()
threading.Event().wait()
"""
INTERRUPTED = """
import signal
from pathlib import Path
from minigram.course import notebooks
signal.signal(signal.SIGINT, signal.default_int_handler)
path = Path("{path}")
notebooks.ROOT = path.parent  # where it runs
try:
    notebooks.execute(path, "tiny", lambda step: None)
except KeyboardInterrupt:
    print("stopped")
"""
