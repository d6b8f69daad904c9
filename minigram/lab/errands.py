"""Only the process that runs the app has the handles on its servers: who is in another terminal asks it to restart one.

An errand is a file in the run's directory, named for the server and for who asks, and the answer is another one.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from minigram.lab import LabError
from minigram.lab.attached import ERRANDS
from minigram.lab.waiting import until

if TYPE_CHECKING:
    from minigram.lab.running import Running

PATIENCE = 90.0
"""Seconds that a server may take to stop and to start again."""


def restart(run: Path, name: str) -> None:
    """Have a server or a process stopped, if it runs, and started again; returns when it answers.

    Raises LabError with the reason where that cannot be.
    """
    if not _folder(run).exists():
        raise LabError(f"This app was not started by `minigram run`. Where it was: running.restart({name!r})")
    asked, answer = (_folder(run) / f"{name}.{os.getpid()}.{ending}" for ending in ("asked", "answer"))
    asked.touch()
    if not until(lambda: answer.exists() or not run.exists(), PATIENCE):
        asked.unlink(missing_ok=True)
        raise LabError(f"Waited {PATIENCE:g} s in vain for {name}. Look at the terminal in which the app runs.")
    if not answer.exists():
        raise LabError("The app was stopped meanwhile.")
    problem = answer.read_text()
    answer.unlink()
    if problem:
        raise LabError(problem)


def accept(app: "Running") -> None:
    """From now on somebody may ask."""
    _folder(app.run).mkdir()


def run_all(app: "Running") -> Iterator[str]:
    """Do what somebody has asked for meanwhile: the names, each when it is done."""
    for asked in sorted(_folder(app.run).glob("*.asked")):
        name, problem = asked.name.split(".")[0], ""
        asked.unlink(missing_ok=True)
        try:
            app.restart(name)
            yield name
        except Exception as error:  # whatever it is: the app goes on, and who has asked is told
            problem = str(error) or type(error).__name__
        draft = asked.with_suffix(".draft")
        draft.write_text(problem)
        draft.replace(asked.with_suffix(".answer"))  # in one step: somebody is waiting for it


def _folder(run: Path) -> Path:
    return run / ERRANDS
