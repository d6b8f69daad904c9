"""Run the public checks on the student's own files, and show what they saw."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from minigram.course.check.report import show
from minigram.course.copies import bring
from minigram.course.judge.exercises import Exercise, exercises
from minigram.course.judge.judging import Judged, judge
from minigram.course.judge.shut.ways import OPEN
from minigram.lab.machine import ROOT

SEED = 1
"""What the public workloads are drawn from, so that a failure can be repeated. A grading has another one."""

STATUS = {"pass": 0, "fail": 1, "unknown": 2}


def check_all(which: str, console: Console, hint: bool = False) -> int:
    """Check an exercise or a chapter. 0: all passed; 1: something failed; 2: nothing did, and something is unknown.

    `hint` shows one hint more than the last time. Raises LabError where this machine lacks what the checks need.
    """
    chosen = exercises(which)
    bring(ROOT, ROOT / "work")
    statuses = [STATUS[_check(one, console, hint).verdict] for one in chosen]
    if len(chosen) > 1:
        passed = statuses.count(0)
        console.print(f"{passed} of {len(chosen)} exercises pass their public checks.\n", highlight=False)
    return 1 if 1 in statuses else max(statuses)


def watch(which: str, console: Console, hint: bool = False) -> None:
    """Check, and check again each time that one of the files is saved, until Ctrl-C."""
    chosen = exercises(which)
    bring(ROOT, ROOT / "work")
    for one in chosen:
        _check(one, console, hint)
    seen = _saved(chosen)
    while True:
        console.print("Waiting for you to save a file; Ctrl-C ends it.", style="dim")
        while _saved(chosen) == seen:
            time.sleep(0.2)
        before, seen = seen, _saved(chosen)
        for one, old, new in zip(chosen, before, seen, strict=True):
            if new not in (old, 0.0):  # while an editor replaces a file it is not there
                _check(one, console, hint)


def own(exercise: Exercise) -> Path:
    """The student's own file."""
    return ROOT / "work" / exercise.folder.relative_to(exercise.root) / exercise.seam


def _check(exercise: Exercise, console: Console, hint: bool) -> Judged:
    file = own(exercise)
    if not file.exists():  # deleted while it is watched
        bring(ROOT, ROOT / "work")
    seam = file.read_bytes()
    console.print(f"{exercise.id}  {exercise.title}", style="bold", highlight=False)
    console.print(f"  {file.relative_to(ROOT)}", style="dim", highlight=False)
    with console.status("starting") as status:
        judged = judge(
            exercise, seam, OPEN, SEED, hidden=False, on_step=lambda step: status.update(f"{exercise.id}: {step}")
        )
    untouched = seam == exercise.stub.encode()
    show(judged, exercise, file.relative_to(ROOT), console, _more(exercise, hint), untouched)
    return judged


def _more(exercise: Exercise, hint: bool) -> int:
    """How many hints more are to be shown, counted in work/; without `hint` none, and the count stays."""
    if not hint:
        return 0
    file = ROOT / "work" / ".hints.json"
    asked: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    asked[exercise.id] = asked.get(exercise.id, 0) + 1
    file.write_text(json.dumps(asked, sort_keys=True) + "\n")
    return asked[exercise.id]


def _saved(chosen: Sequence[Exercise]) -> list[float]:
    """When each file was saved. While an editor replaces one it may be missing for a moment."""
    return [own(one).stat().st_mtime if own(one).exists() else 0.0 for one in chosen]
