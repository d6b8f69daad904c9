"""A called exercise: the judge calls the functions of the student's module, by JSON, in a process of its own."""

import json
import math
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky, NoSuchExample
from hypothesis.strategies import SearchStrategy

from minigram.course.judge import runner
from minigram.course.judge.evidence import Stopwatch, Transcript
from minigram.course.judge.exercises import Exercise
from minigram.course.judge.shut.limits import Side
from minigram.course.judge.shut.place import Place
from minigram.course.judge.shut.ways import Way
from minigram.course.judge.talk import Line
from minigram.course.judge.trouble import Trouble

T = TypeVar("T")

LOADING = 10.0
"""Seconds that importing the student's file may take."""
ANSWERING = 3.0
"""Seconds that a call may take, unless its check says otherwise."""

LONGEST = 1_000
"""Characters of a call that are shown."""

ALTOGETHER = 40.0
"""Seconds that all calls of an exercise, and all imports, may take together."""


class Called:
    """What a check of a called exercise is given: the student's functions, and the draw of workloads."""

    def __init__(self, exercise: Exercise, place: Place, way: Way, seed: int, transcript: Transcript) -> None:
        self.exercise, self.place, self.way, self.seed, self.transcript = exercise, place, way, seed, transcript
        self.random = Random(seed)
        self._side: Side | None = None
        self._line: Line | None = None
        self._starts = 0
        self.theirs = Stopwatch()

    def load(self) -> None:
        """Import the student's file, so that whatever is wrong with it is told before any check. Raises Trouble."""
        self.close()
        if self.theirs.seconds > ALTOGETHER:
            raise Trouble("hang", f"all calls together took more than {ALTOGETHER:g} s")
        self._starts += 1
        door = self.place.servers / f"call{self._starts}.sock"
        self._line = Line(door, self.place.user)
        argv = [runner.__file__, str(door), self.exercise.module]
        argv.append(json.dumps(self.exercise.offers()))
        self._side = self.way.side(f"student{self._starts}", argv, self.place, {})
        self._side.start()
        try:
            with self.theirs:
                self._line.ask(self._side, None, LOADING)
        except Trouble as trouble:
            self.close()
            if trouble.kind == "hang":
                raise Trouble("hang", f"importing it did not end within {LOADING:g} s") from None
            raise

    def call(self, function: str, *arguments: Any, within: float = ANSWERING) -> Any:
        """What the student's function answers. Raises Trouble when it raises, hangs, or ends its process."""
        if self._side is None or self.theirs.seconds > ALTOGETHER:
            self.load()
        assert self._side is not None and self._line is not None
        try:
            with self.theirs:
                answer = self._line.ask(self._side, {"call": function, "arguments": arguments}, within)
        except Trouble as trouble:
            self.transcript.note(f"{self.written(function, *arguments)} → {trouble}")
            if trouble.kind != "error":
                self.close()
            if trouble.kind == "hang":
                call = self.written(function, *arguments)
                shown = call if len(call) <= LONGEST else f"{call[:LONGEST]} …"
                raise Trouble("hang", f"{shown} did not return within {within:g} s") from None
            raise
        if "value" not in answer:
            raise Trouble("answer", "no value")
        self.transcript.note(f"{self.written(function, *arguments)} → {json.dumps(answer['value'])}")
        return answer["value"]

    def written(self, function: str, *arguments: Any) -> str:
        """The call as one would write it in Python."""
        return f"{function}({', '.join(map(repr, arguments))})"

    def told(self, function: str, *arguments: Any) -> str:
        """What the function answers, or what is wrong with it, for an example."""
        try:
            return repr(self.call(function, *arguments))
        except Trouble as trouble:
            return str(trouble).replace("\n", "\n    ")

    def first_wrong(
        self, cases: SearchStrategy[T], is_right: Callable[[T], bool], count: int
    ) -> tuple[int, T | None]:
        """Try `count` cases. The number of those tried, and the smallest that is not right, or None where all are.

        A case in which the student's code raises an error is not right; other trouble ends the search.
        """
        tried = 0
        last: T | None = None
        ended: Trouble | None = None

        def wrong(case: T) -> bool:
            nonlocal tried, last, ended
            if ended is not None:
                return False  # else it would hang again, for each smaller case
            tried += 1
            try:
                if is_right(case):
                    return False
            except Trouble as trouble:
                if trouble.kind != "error":
                    ended = trouble
            last = case
            return True

        quiet = settings(
            max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink], verbosity=hypothesis.Verbosity.quiet,
        )  # fmt: skip
        found: T | None = None
        try:
            found = hypothesis.find(cases, wrong, settings=quiet, random=Random(self.random.random()))
        except NoSuchExample:
            pass
        except Flaky:  # wrong once, and right when asked again
            found = last
        if ended is not None:
            raise ended
        return tried, found

    def close(self) -> None:
        """End the student's process."""
        if self._side is not None:
            self._side.end()
            self._side = None
        if self._line is not None:
            self._line.close()
            self._line = None


def same(found: Any, expected: Any) -> bool:
    """Whether an answer is the one that was expected: the same type throughout; fractions to nine digits."""
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, float) and isinstance(found, int | float) and not isinstance(found, bool):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return type(found) is type(expected) and bool(found == expected)
