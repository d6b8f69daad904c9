"""Judging the judge: an exercise whose checks always pass, can never pass, or pass by luck is found here.

An exercise is sound when its stub fails, its solution passes every check with every seed, each of its mutants fails
the check that it names with every seed, and the hidden checks catch at least one that the public ones miss.
"""

import tomllib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from minigram.course.judge.evidence import Evidence, Transcript
from minigram.course.judge.exercises import Exercise
from minigram.course.judge.judging import case_of, look
from minigram.course.judge.shut.ways import Way
from minigram.course.judge.trouble import Trouble
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


def faults(exercise: Exercise, way: Way, seeds: Sequence[int]) -> Iterator[str]:
    """A line for each thing that is wrong with the exercise's checks, tried with each of the seeds."""
    checks, wrong = exercise.checks(hidden=True), mutants(exercise)
    names = [one.name for one, _ in checks]
    red = failures(exercise, exercise.stub.encode(), way, seeds[:1], names)
    for name in sorted(set(names) - red[seeds[0]]):
        yield f"the check {name} passes even the stub"
    for seed, failed in failures(exercise, solved(exercise), way, seeds, names).items():
        for name in sorted(failed):
            yield f"the solution does not pass {name} with seed {seed}"
    unseen = False
    for mutant in wrong:
        for seed, failed in failures(exercise, mutant.seam, way, seeds, [mutant.caught]).items():
            if not failed:
                yield f"the mutant {mutant.name} passes {mutant.caught} with seed {seed}"
        public = [one.name for one, hidden in checks if not hidden]
        if mutant.caught not in public and not unseen:
            unseen = not failures(exercise, mutant.seam, way, seeds[:1], public)[seeds[0]]
    if not unseen:
        yield "the hidden checks catch nothing that the public ones miss"
    for name in sorted(set(names) - {mutant.caught for mutant in wrong}):
        yield f"no mutant names the check {name}: nothing shows that it can fail"


def failures(
    exercise: Exercise, seam: bytes, way: Way, seeds: Sequence[int], names: Container[str]
) -> dict[int, set[str]]:
    """For each seed, which of the named checks do not pass. Servers are started once; only what is drawn differs."""
    transcript, found = Transcript(), {}
    with case_of(exercise, seam, way, 0, transcript, Evidence("", "", 0, way.name)) as case:
        try:
            case.load()
        except Trouble:
            return {seed: {one.name for one, _ in exercise.checks(hidden=True) if one.name in names} for seed in seeds}
        for seed in seeds:
            case.random, case.theirs.seconds = Random(seed), 0.0
            seen = [look(one, case, hidden) for one, hidden in exercise.checks(hidden=True) if one.name in names]
            found[seed] = {one.check for one in seen if one.verdict != "pass"}
    return found
