"""A student's mark as the results.json that Gradescope reads."""

import json
from pathlib import Path
from typing import Any

from minigram.course.grade.exports.fit import legible, one_line
from minigram.course.grade.exports.words import STATES, found, late, points, unclear
from minigram.course.grade.marks import Mark
from minigram.course.judge.checks import Seen
from minigram.course.judge.judging import Judged
from minigram.course.whole import write_whole


def write_results(mark: Mark, path: Path) -> None:
    """`score` is the total, a person's word included; Gradescope then does not add up the tests.

    A hidden check can be seen after the grades are published, and then too without what it was measured on: the next
    class is graded with it. Gradescope knows only passed and failed, so what is unknown is not passed, and says why.
    """
    tests = [
        _test(mark, judged, seen, f"{place}.{number}")
        for place, judged in enumerate(mark.exercises, 1)
        for number, seen in enumerate(judged.seen, 1)
    ]
    results = {
        "score": float(mark.points),
        "execution_time": round(sum(one.evidence.seconds for one in mark.exercises)),
        "output": _output(mark),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"chapter": mark.chapter, "state": mark.state, "submission": mark.submission},
        "tests": tests,
    }
    write_whole(path, json.dumps(results, indent=1, ensure_ascii=True).encode() + b"\n")


def _test(mark: Mark, judged: Judged, seen: Seen, number: str) -> dict[str, Any]:
    exercise = judged.exercise
    unknown = unclear(mark, exercise) if seen.verdict == "unknown" else ""
    hint = f"Next: hint {seen.hint} of the statement." if seen.verdict == "fail" and not judged.trouble else ""
    return {
        "score": float(seen.points),
        "max_score": float(seen.of),
        "status": "passed" if seen.verdict == "pass" else "failed",
        "name": f"{exercise}: {one_line(seen.says)}",
        "name_format": "text",
        "number": number,
        "output": legible("\n".join(filter(None, (unknown, "" if seen.hidden else found(seen), hint)))),
        "output_format": "text",
        "tags": [exercise, "hidden" if seen.hidden else "public"],
        "visibility": "after_published" if seen.hidden else "visible",
    }


def _output(mark: Mark) -> str:
    """Without the total: before the grades are published it would tell about the hidden checks."""
    said = [STATES[mark.state], late(mark)]
    for judged in mark.exercises:
        if judged.trouble:
            said.append(f"{judged.exercise}: {judged.trouble}")
        if override := mark.decision(judged.exercise):
            told = f"{points(override.points)} of {judged.of} points, decided by {override.by}: {override.reason}"
            said.append(f"{judged.exercise}: {told}")
    if mark.unknown:
        said.append("A check could not be told. It does not count as passed: a person will look at it.")
    return legible("\n".join(filter(None, said)))
