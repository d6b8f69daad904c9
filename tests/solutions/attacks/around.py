"""What is the same for every attack: it is judged where it is shut in, and then the judge's machine is looked over."""

import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from minigram.course.grade.marker import Here
from minigram.course.grade.one import Order
from minigram.course.judge.exercises import Exercise, exercises
from minigram.course.judge.judging import Judged, judge
from minigram.course.judge.proof import solved
from minigram.course.judge.shut.ways import offered
from minigram.lab.leftovers import is_alive, runs
from minigram.lab.machine import ROOT

CALLED, STAGED = (exercises(id)[0] for id in ("ch01.1", "ch01.3"))
SEED = 20_991_231
"""The secret one of these tests; it is not the public one."""
FOLDER = Path(__file__).parent
BESIDE = {"minigram.lab.leash", "minigram.course.grade.one"}
"""Modules that children of this process run, and that no attack has started."""


@dataclass(frozen=True)
class Attack:
    """A seam file that attacks, with what the test has filled in."""

    exercise: Exercise
    seam: bytes

    @classmethod
    def of(cls, name: str, **filled: object) -> "Attack":
        """The file of that name; `filled` are names at its top level that get another value.

        What lies in `appended/` is put behind the solution, and changes it; what lies in `stubbed/` behind the stub, so
        that nothing which the app itself answers before it is attacked is worth a point.
        """
        (path,) = FOLDER.glob(f"*/{name}.py")
        lines = path.read_text().splitlines()
        for word, value in filled.items():
            (at,) = [at for at, line in enumerate(lines) if line.partition(" =")[0].partition(":")[0] == word]
            lines[at] = f"{word} = {value!r}"
        exercise = CALLED if path.parent.name == "called" else STAGED
        before = {"appended": solved(exercise), "stubbed": exercise.stub.encode()}.get(path.parent.name, b"")
        return cls(exercise, before + "\n".join(lines).encode())


def judged(attack: Attack, within: float, seed: int = SEED) -> Judged:
    """Judge it with hidden checks, and assert what has to hold whatever it does: the judging ends in time, nothing is
    left of it, the course's files are what they were, and what is kept of it is small.
    """
    files, before, began = _files(attack.exercise), _ours(), time.monotonic()
    found = judge(attack.exercise, attack.seam, offered(), seed, hidden=True)
    took = time.monotonic() - began
    assert _files(attack.exercise) == files, "the course's own files have changed"
    left = _ours() - before
    assert not left, f"something is left of it: {left}"
    assert took < within, f"the judging took {took:.1f} s, and should have ended within {within:g} s"
    assert len(str(asdict(found))) < 500_000, "what is kept of it is too much to be read by anybody"
    assert {one.verdict for one in found.seen} <= {"pass", "fail"}, "a person would have to look at it"
    return found


def honest(exercise: Exercise = CALLED) -> Judged:
    """The solution, judged here and now."""
    return judge(exercise, solved(exercise), offered(), SEED, hidden=True)


def honest_elsewhere(exercise: Exercise = CALLED) -> dict[str, Any]:
    """The solution, judged in a process of its own, as a grading does it."""
    (found,) = Here().judge(Order.of(exercise.id, {exercise.id: solved(exercise)}, SEED, ""))
    return found


def said(found: Judged) -> set[str]:
    """What its answers were, as the examples of failed checks tell it."""
    lines = [line for one in found.seen for line in one.example.splitlines()]
    return {line.removeprefix("    found    ") for line in lines if line.startswith("    found    ")}


def _files(exercise: Exercise) -> tuple[str, list[str]]:
    """A hash of all files that a mark depends on, and files that attacks try to add."""
    tops = [ROOT / "minigram", ROOT / "exercises", ROOT / "solutions", Path(sys.prefix) / "bin"]
    return exercise.fingerprint(), [str(path) for top in tops for path in top.rglob("attacked*")]


def _ours() -> set[str]:
    """Directories of runs of this process, its children, and processes of the submissions' user; but for the leash, and
    judges in processes of their own, who work beside the attack and end when they are done."""
    found = {str(run) for run, owner in runs().items() if owner.pid == os.getpid() and (run / "owner.json").exists()}
    for process in psutil.process_iter():
        try:
            if is_alive(process) and _is_theirs(process):
                found.add(f"{process.pid} {process.name()}")
        except psutil.Error:
            continue
    return found


def _is_theirs(process: psutil.Process) -> bool:
    if process.uids().real == 10_000_000 + os.getpid():
        return True
    return process.ppid() == os.getpid() and not BESIDE.intersection(process.cmdline())
