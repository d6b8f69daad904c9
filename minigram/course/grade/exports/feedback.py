"""The page that a student gets: what was checked, what was found, what it is worth, and what the mark rests on."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from minigram.course.grade.exports.fit import legible
from minigram.course.grade.exports.words import STATES, called, late, points, unclear
from minigram.course.grade.marks import Mark
from minigram.course.judge.checks import Seen
from minigram.course.judge.judging import Judged
from minigram.course.whole import write_whole

WORDS = {"pass": "passed", "fail": "failed", "unknown": "unknown"}


def write_feedback(mark: Mark, hints: Mapping[str, int], path: Path) -> None:
    """One HTML page that needs nothing else. `hints` says how many hints the statement of each exercise has.

    The page can be published. Of a hidden check it has what must be true, the verdict and the points; the rest would
    tell the next class what it is measured on, and a message of the student's own code may quote it. The secret seed
    and the notes for the instructor are not in it.
    """
    environment = Environment(
        loader=PackageLoader("minigram.course"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    page = environment.get_template("feedback.html").render(
        name=called(mark.student),
        id=mark.student.id,
        chapter=mark.chapter,
        total=points(mark.points),
        of=mark.of,
        state=STATES[mark.state],
        late=late(mark),
        unknown=mark.unknown,
        exercises=[_exercise(mark, judged, hints.get(judged.exercise, 0)) for judged in mark.exercises],
        rests_on=list(_rests_on(mark)),
    )
    write_whole(path, legible(page).encode())


def _exercise(mark: Mark, judged: Judged, hints: int) -> dict[str, Any]:
    return {
        "id": judged.exercise,
        "points": points(mark.points_for(judged.exercise)),
        "judged": judged.points,
        "of": judged.of,
        "trouble": judged.trouble,
        "override": mark.decision(judged.exercise),
        "checks": [_check(mark, judged, seen, hints) for seen in judged.seen],
    }


def _check(mark: Mark, judged: Judged, seen: Seen, hints: int) -> dict[str, Any]:
    told = {} if seen.hidden else {"measured": seen.measured, "bound": seen.bound, "workload": seen.workload}
    why = {} if seen.hidden or judged.trouble else {"why": seen.why, "example": seen.example}
    hint = f"hint {seen.hint} of {hints}" if hints else f"hint {seen.hint}"
    return {
        "says": seen.says,
        "hidden": seen.hidden,
        "verdict": seen.verdict,
        "word": WORDS[seen.verdict],
        "points": seen.points,
        "of": seen.of,
        "hint": f"{hint}, in the statement" if seen.verdict == "fail" and not judged.trouble else "",
        "unclear": unclear(mark, judged.exercise) if seen.verdict == "unknown" else "",
        **dict.fromkeys(("measured", "bound", "workload", "why", "example"), ""),
        **told,
        **why,
    }


def _rests_on(mark: Mark) -> Iterator[tuple[str, str]]:
    """Names and values."""
    yield from (("handed in", mark.submitted), ("hash of it (SHA-256)", mark.submission), ("marked", mark.when))
    yield from _flat(mark.about)
    for judged in mark.exercises:
        evidence = judged.evidence
        yield f"{judged.exercise}, checks", evidence.checks
        yield f"{judged.exercise}, shut in by", evidence.way
        yield f"{judged.exercise}, servers", ", ".join(evidence.servers.values())


def _flat(about: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in about.items():
        if "seed" in name.lower():  # with it, anybody could draw the hidden workloads
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}, ")
        else:
            yield before + name, str(value)
