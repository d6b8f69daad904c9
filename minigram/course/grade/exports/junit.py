"""The whole class as JUnit XML, for whatever shows test results. It is for the instructor: hidden checks are told."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from minigram.course.grade.exports.fit import legible, one_line
from minigram.course.grade.exports.words import STATES, found, listed, points
from minigram.course.grade.marks import Mark, in_order
from minigram.course.judge.checks import Seen
from minigram.course.whole import write_whole


def write_junit(marks: Sequence[Mark], path: Path) -> None:
    """One testsuite for each student, one testcase for each check.

    A check that found something else than it has to be is a *failure*; one that could not be measured, since the
    student's side hung, crashed or was not there, is an *error*; one that is unknown is *skipped*, with the reason. A
    student without any check has one testcase, "submission", with an error: an empty suite would look green.
    """
    suites = ET.Element("testsuites", name="minigram grade")
    for mark in in_order(marks):
        suites.append(_suite(mark))
    for name in ("tests", "failures", "errors", "skipped"):
        suites.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    ET.indent(suites, " ")
    text = ET.tostring(suites, encoding="unicode")
    write_whole(path, legible(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n').encode())


def _suite(mark: Mark) -> ET.Element:
    seconds = sum(one.evidence.seconds for one in mark.exercises)
    suite = ET.Element("testsuite", name=listed(mark.student), time=f"{seconds:.3f}")
    if mark.when:
        suite.set("timestamp", mark.when)
    properties = ET.SubElement(suite, "properties")
    about = {
        "student_id": mark.student.id, "chapter": mark.chapter, "state": mark.state,
        "points": points(mark.points), "of": str(mark.of), "submission": mark.submission,
    }  # fmt: skip
    for name, value in about.items():
        ET.SubElement(properties, "property", name=name, value=value)
    kinds: Counter[str] = Counter()
    for judged in mark.exercises:
        for seen in judged.seen:
            kinds[_case(suite, judged.exercise, judged.trouble, seen)] += 1
    if not kinds:
        case = ET.SubElement(suite, "testcase", classname=mark.chapter, name="submission")
        ET.SubElement(case, "error", type=mark.state, message=STATES[mark.state] or "Nothing was judged.")
        kinds["error"] += 1
    suite.set("tests", str(kinds.total()))
    for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(kinds[kind]))
    return suite


def _case(suite: ET.Element, exercise: str, trouble: str, seen: Seen) -> str:
    """Add a check to the suite; what has become of it."""
    case = ET.SubElement(suite, "testcase", classname=exercise, name=seen.check)
    measured = seen.verdict == "fail" and bool(seen.measured)
    kind = {"pass": "passed", "unknown": "skipped"}.get(seen.verdict, "failure" if measured else "error")
    if kind == "skipped":
        ET.SubElement(case, kind, message=one_line(seen.why or "the machine could not tell"))
    elif kind != "passed":
        message = seen.says if measured else f"{seen.says} {trouble or seen.why}"
        ET.SubElement(case, kind, type=seen.verdict, message=one_line(message)).text = found(seen)
    said = f"{seen.points} of {seen.of} points, {'a hidden check' if seen.hidden else 'a public check'}. {seen.says}"
    ET.SubElement(case, "system-out").text = said
    return kind
