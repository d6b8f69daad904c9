"""Judging the judge: an exercise whose checks always pass, can never pass, or pass by luck is found here.

An exercise is sound when its stub fails, its solution passes every check with every seed, each of its mutants fails
the check that it names with every seed, and the hidden checks catch at least one that the public ones miss.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from minigram.course.judge.exercises import Exercise
from minigram.course.judge.judging import Judged, judge
from minigram.course.judge.shut.ways import Way
from minigram.lab import LabError


@dataclass(frozen=True)
class Mutant:
    """A wrong solution with one plausible mistake, and the name of the check that has to catch it."""

    name: str
    mistake: str
    caught: str
    seam: bytes


def mutants(exercise: Exercise) -> list[Mutant]:
    """The mutants of an exercise. Raises LabError where a change of one does not fit the solution."""
    solution = solved(exercise).decode()
    table = tomllib.loads((exercise.solutions / "mutants.toml").read_text())
    found = []
    for name, row in table.items():
        text = solution
        for old, new in row["replace"]:
            if text.count(old) != 1:
                raise LabError(f"{exercise.id}, mutant {name}: {old!r} is {text.count(old)} times in it, not once.")
            text = text.replace(old, new)
        found.append(Mutant(name, row["mistake"], row["caught"], text.encode()))
    return found


def solved(exercise: Exercise) -> bytes:
    """The solution."""
    return (exercise.solutions / exercise.seam).read_bytes()


def faults(exercise: Exercise, way: Way, seeds: Iterable[int]) -> Iterator[str]:
    """A line for each thing that is wrong with the exercise's checks, tried with each of the seeds."""
    red: set[str] = set()
    missed_by_public: set[str] = set()
    for seed in seeds:
        stub = judge(exercise, exercise.stub.encode(), way, seed, hidden=True)
        if stub.points:
            yield f"the stub gets {stub.points} points with seed {seed}"
        red |= _failed(stub)
        solution = judge(exercise, solved(exercise), way, seed, hidden=True)
        for seen in solution.seen:
            if seen.verdict != "pass":
                why = f"{seen.measured} {seen.why} {seen.example}"
                yield f"the solution does not pass {seen.check} with seed {seed}: {why}"
        missed_by_public = set()
        for mutant in mutants(exercise):
            judged = judge(exercise, mutant.seam, way, seed, hidden=True)
            if judged.trouble:
                yield f"the mutant {mutant.name} does not even start: {judged.trouble}"
            if mutant.caught not in _failed(judged):
                failed = ", ".join(sorted(_failed(judged))) or "none"
                yield f"the mutant {mutant.name} passes {mutant.caught} with seed {seed} (it fails: {failed})"
            if not any(one.verdict == "fail" for one in judged.seen if not one.hidden):
                missed_by_public.add(mutant.name)
        if not missed_by_public:
            yield f"the hidden checks catch nothing that the public ones miss, with seed {seed}"
    named = {mutant.caught for mutant in mutants(exercise)}
    for one, _ in exercise.checks(hidden=True):
        if one.name not in red:
            yield f"the check {one.name} passes even the stub"
        if one.name not in named:
            yield f"no mutant names the check {one.name}: nothing shows that it can fail"


def _failed(judged: Judged) -> set[str]:
    return {one.check for one in judged.seen if one.verdict == "fail"}
