"""What is written for a class is what each format's own readers expect, whatever a student is called."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from minigram.course.grade.exports import safe_name, summary, table, write
from minigram.course.grade.marks import Mark, Override, Student, in_order
from tests.course.grade.marks_made import (
    DUE,
    FAILED,
    HIDDEN,
    HOSTILE,
    QUOTED,
    SECRET,
    SEED,
    a_class,
    judged,
    mark,
    rostered,
)

COLUMNS = (
    "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
    "raw_score,late_submission_penalty,score,max_score"
)  # fmt: skip

# https://www.imsglobal.org/spec/lti-ags/v2p0, "Score publish service".
LTI = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["userId", "timestamp", "activityProgress", "gradingProgress"],
        "additionalProperties": False,
        "dependentRequired": {"scoreGiven": ["scoreMaximum"]},
        "properties": {
            "userId": {"type": "string", "minLength": 1},
            "scoreGiven": {"type": "number", "minimum": 0},
            "scoreMaximum": {"type": "number", "exclusiveMinimum": 0},
            "comment": {"type": "string"},
            "timestamp": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}(Z|[+-]\d\d:\d\d)$"},
            "activityProgress": {"enum": ["Initialized", "Started", "InProgress", "Submitted", "Completed"]},
            "gradingProgress": {"enum": ["FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"]},
        },
    },
}

# https://gradescope-autograders.readthedocs.io/en/latest/specs/, "Output format".
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
GRADESCOPE = {
    "type": "object",
    "required": ["score", "tests", "output_format", "test_output_format", "test_name_format"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "integer", "minimum": 0},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "leaderboard": {"type": "array"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["score", "max_score", "status", "name", "number", "visibility"],
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": FORMAT,
                    "number": {"type": "string", "pattern": r"^\d+\.\d+$"},
                    "output": {"type": "string"},
                    "output_format": FORMAT,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that is written for the class."""
    folder = tmp_path_factory.mktemp("graded")
    write(a_class(), folder, DUE, {"ch01.1": 3, "ch01.3": 2})
    return folder


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "grades.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def scores(folder: Path) -> dict[str, dict[str, Any]]:
    return {score["userId"]: score for score in json.loads((folder / "lti.json").read_text())}


def suites(folder: Path) -> dict[str, ET.Element]:
    found = ET.parse(folder / "junit.xml").getroot()  # noqa: S314 - it is our own file
    return {of(suite, "student_id"): suite for suite in found}


def of(suite: ET.Element, name: str) -> str:
    return next(str(one.get("value")) for one in suite.iter("property") if one.get("name") == name)


def results(folder: Path, id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "students" / safe_name(id) / "results.json").read_text())
    return found


class Page(HTMLParser):
    """A page as a browser sees it: its elements in order, the text within each, and all text."""

    def __init__(self, file: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.source = file.read_text(encoding="utf-8")
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.within: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in {"meta", "col", "html"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "html":
            assert self._open.pop() == tag, f"</{tag}> closes what was not open"

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.within.append((self._open[-1] if self._open else "", data))

    @property
    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    def text(self, *tags: str) -> str:
        return " ".join(data for tag, data in self.within if (tag in tags if tags else tag != "style"))


def page(folder: Path, id: str) -> Page:
    return Page(folder / "students" / safe_name(id) / "feedback.html")


# All formats


@pytest.mark.parametrize("one", rostered(), ids=lambda one: safe_name(one.student.id))
def test_the_total_is_the_same_everywhere(folder: Path, one: Mark) -> None:
    """A student has one total, halves included, in whatever file somebody looks."""
    id, total = one.student.id, one.points
    place = in_order(rostered()).index(one)
    assert float(rows(folder)[place]["score"]) == float(rows(folder)[place]["raw_score"]) == total
    assert scores(folder)[id].get("scoreGiven", 0) == total
    assert float(of(suites(folder)[unfit(id)], "points")) == total
    assert results(folder, id)["score"] == total
    assert re.match(rf"{total:g}( of \d+)? points", page(folder, id).text("strong"))


def unfit(text: str) -> str:
    """With what XML cannot hold replaced."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


def test_the_class_has_halves_in_it() -> None:
    """The other tests would not notice a rounded total if no total were a half."""
    assert any(one.points % 1 == 0.5 for one in rostered())


def test_every_student_has_a_folder_within_the_folder(folder: Path) -> None:
    """No id leads out of the folder, none shares another's, no draft is left, and a stranger has none."""
    own = sorted(path for path in (folder / "students").iterdir())
    assert len(own) == len(rostered())
    assert {path.name for path in folder.iterdir()} == {"grades.csv", "lti.json", "junit.xml", "students"}
    assert all({path.name for path in one.iterdir()} == {"results.json", "feedback.html"} for one in own)
    assert sorted(path for path in folder.parent.iterdir() if "etc" in path.name) == []


def test_writing_again_replaces_what_was_there(tmp_path: Path) -> None:
    """After an override the files say the new total, and nothing of the old one is left."""
    one = mark(Student("ana"))
    write([one], tmp_path, DUE, {})
    one.overrides.append(Override("ch01.1", 5.5, "seen in person", "T.", "2026-11-06T10:00:00+00:00"))
    write([one], tmp_path, DUE, {})
    assert rows(tmp_path)[0]["score"] == "5.5" and scores(tmp_path)["ana"]["scoreGiven"] == 5.5
    assert "5.5 of 12 points" in page(tmp_path, "ana").text("strong")


def test_a_class_of_nobody_can_be_written(tmp_path: Path) -> None:
    """An empty roster gives empty files of the right form."""
    write([], tmp_path, "", {})
    assert rows(tmp_path) == [] and scores(tmp_path) == {} and suites(tmp_path) == {}
    assert (tmp_path / "grades.csv").read_text() == f"{COLUMNS}\n"


# Folder names


@pytest.mark.parametrize("id", ["ana", "s1234567", "a.b_c-d", "0", "_x", "x" * 40])
def test_a_plain_id_is_its_own_folder(id: str) -> None:
    """Where nothing has to be changed, nothing is."""
    assert safe_name(id) == id


ODD = ["", ".", "..", "...", ".git", "-rf", "a/b", "a\\b", "a b", "a\0b", "é", "x" * 41, "x" * 42, "Ana", "ANA", "ana.",
       "\ud800", "\N{PARTY POPPER}", "../../etc", "con:", "~", "a\n", *(student.id for student in HOSTILE)]  # fmt: skip


@pytest.mark.parametrize("id", ODD)
def test_an_odd_id_makes_a_safe_folder(id: str, tmp_path: Path) -> None:
    """Whatever the id, the name is one plain folder that can be made."""
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,48}", safe_name(id)) and not safe_name(id).endswith(".")
    (tmp_path / safe_name(id)).mkdir()
    assert [path.name for path in tmp_path.iterdir()] == [safe_name(id)]


def test_no_two_ids_share_a_folder() -> None:
    """Not on a disk that takes capitals for small letters either, and not when an id imitates another's folder."""
    imitated = [safe_name(id) for id in ODD]
    ids = {*ODD, "ana", "bob", "a_b", "aNA", "x" * 40, *imitated, *(name.lower() for name in imitated)}
    assert len({safe_name(id).lower() for id in ids}) == len(ids)


# nbgrader


def test_the_csv_has_nbgraders_columns_and_a_row_for_each_student(folder: Path) -> None:
    """Names with line ends, commas and quotes are one cell, and no row is lost or split."""
    assert (folder / "grades.csv").read_text().split("\n")[0] == COLUMNS
    found = rows(folder)
    assert len(found) == len(rostered()) and all(None not in row and None not in row.values() for row in found)
    [bob] = [row for row in found if row["student_id"] == "bob"]
    assert bob["last_name"] == 'O\'Brien, "Bob"\nSecond line' and bob["first_name"] == "Bob\r\nB."
    assert bob["assignment"] == "ch01" and bob["duedate"] == DUE and bob["timestamp"] == "2026-11-02T14:05:00+00:00"
    assert bob["score"] == "7.5" and bob["late_submission_penalty"] == "0.0"
    assert {row["max_score"] for row in found} == {"12.0"}


def test_who_is_missing_has_a_row_with_nothing(folder: Path) -> None:
    """Score 0 and no timestamp, and the class's maximum; a stranger has no row."""
    [gone] = [row for row in rows(folder) if row["student_id"] == "gone"]
    assert (gone["score"], gone["raw_score"], gone["timestamp"], gone["max_score"]) == ("0.0", "0.0", "", "12.0")
    assert "bbo.zip" not in (folder / "grades.csv").read_text()


def test_no_cell_is_a_formula(folder: Path) -> None:
    """A spreadsheet shows every cell of text; those that had to be defused keep the rest of what they said."""
    cells = [cell for row in rows(folder) for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n"))] == []
    defused = {cell[1:] for cell in cells if cell.startswith("'")}
    assert {'=HYPERLINK("http://x")', "+1", "@SUM(A1)", "-rf", "-1+1@example.org", "\r=1"} <= defused


def test_numbers_are_not_defused(tmp_path: Path) -> None:
    """A person may take points away; the number stays a number."""
    one = mark(Student("ana"))
    one.overrides = [Override("ch01.1", -2.5, "copied", "T.", ""), Override("ch01.3", 0, "copied", "T.", "")]
    write([one], tmp_path, DUE, {})
    assert rows(tmp_path)[0]["score"] == "-2.5"
    assert scores(tmp_path)["ana"]["scoreGiven"] == 0


# LTI


def test_the_scores_are_what_the_specification_allows(folder: Path) -> None:
    """Each is valid, has the id as it is, and the platform can tell its time from an older one."""
    told = json.loads((folder / "lti.json").read_text())
    jsonschema.Draft202012Validator(LTI).validate(told)
    assert Counter(score["userId"] for score in told) == Counter(one.student.id for one in rostered())
    assert {score["scoreMaximum"] for score in told if "scoreGiven" in score} == {12}


def test_the_schemas_refuse_what_is_wrong(folder: Path) -> None:
    """A schema that takes everything would prove nothing."""
    score = scores(folder)["bob"]
    for wrong in ({"gradingProgress": "Done"}, {"scoreMaximum": 0}, {"timestamp": "2026-11-05"}, {"points": 1}):
        assert not jsonschema.Draft202012Validator(LTI).is_valid([score | wrong])
    assert not jsonschema.Draft202012Validator(GRADESCOPE).is_valid(results(folder, "bob") | {"visibility": "shown"})


def test_progress_says_who_has_to_do_something(folder: Path) -> None:
    """Unknown or not judged waits for a person, decided is final, and who handed in nothing has no score."""
    progress = {id: (score["activityProgress"], score["gradingProgress"]) for id, score in scores(folder).items()}
    assert progress["anonymous"] == progress["twice"] == progress["broken"] == ("Completed", "PendingManual")
    assert progress["bob"] == progress["hollow"] == ("Completed", "FullyGraded")
    assert progress["gone"] == ("Initialized", "NotReady") and "scoreGiven" not in scores(folder)["gone"]


def test_an_override_makes_the_score_newer(folder: Path) -> None:
    """A platform keeps the newest score, so a person's word has the time at which it was given."""
    assert scores(folder)["bob"]["timestamp"] == "2026-11-05T10:00:00.000+01:00"
    assert scores(folder)["anonymous"]["timestamp"] == "2026-11-03T09:30:00.250+00:00"
    assert "slow" in scores(folder)["bob"]["comment"] and "a first look" not in scores(folder)["bob"]["comment"]


def test_a_class_that_could_not_be_judged_has_no_maximum(tmp_path: Path) -> None:
    """A maximum of 0 is not allowed: there is no score, and the grading has failed."""
    write([replace(mark(Student("ana")), exercises=[], when="yesterday")], tmp_path, DUE, {})
    jsonschema.Draft202012Validator(LTI).validate(list(scores(tmp_path).values()))
    assert scores(tmp_path)["ana"]["gradingProgress"] == "Failed" and "scoreGiven" not in scores(tmp_path)["ana"]


# JUnit


def test_the_xml_has_a_suite_for_each_mark_and_a_case_for_each_check(folder: Path) -> None:
    """The counts in the attributes are those of the elements, and nothing stands where readers do not expect it."""
    root = ET.parse(folder / "junit.xml").getroot()  # noqa: S314 - it is our own file
    assert root.tag == "testsuites" and [suite.tag for suite in root] == ["testsuite"] * len(a_class())
    tags = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for holder in (root, *root):
        for attribute, tag in tags.items():
            assert int(str(holder.get(attribute))) == len(list(holder.iter(tag))), (holder.attrib, tag)
    for case in root.iter("testcase"):
        assert case.get("classname") and case.get("name")
        assert re.fullmatch("((failure|error|skipped) )?system-out|error", " ".join(one.tag for one in case))
    everybody = {unfit(one.student.id): sum(len(x.seen) for x in one.exercises) or 1 for one in a_class()}
    assert {id: len(suite.findall("testcase")) for id, suite in suites(folder).items()} == everybody


def test_the_xml_tells_wrong_from_crashed_from_unknown(folder: Path) -> None:
    """Wrong is a failure with its example, crashed an error with its reason, and unknown skipped with its reason."""
    cases = {str(case.get("name")): case for case in suites(folder)["bob"].iter("testcase")}
    kinds = {name: case[0].tag for name, case in cases.items()}
    assert (kinds["counts"], kinds["fills_in"], kinds["ties"]) == ("system-out", "failure", "failure")
    assert (kinds["keeps"], kinds["scales"]) == ("error", "skipped")
    assert FAILED.example in str(cases["fills_in"].findtext("failure"))
    assert "<script>alert(2)</script>" in str(cases["keeps"][0].get("message"))
    assert "busy" in str(cases["scales"][0].get("message"))


def test_who_handed_in_nothing_is_not_green(folder: Path) -> None:
    """A suite without a check has an error that says why."""
    for id, state in (("gone", "missing"), ("twice", "duplicate"), ("broken", "broken"), ("bbo.zip", "wrongly named")):
        [error] = list(suites(folder)[id].iter("error"))
        assert error.get("type") == state and error.get("message")


# Gradescope


@pytest.mark.parametrize("one", rostered(), ids=lambda one: safe_name(one.student.id))
def test_the_results_are_what_gradescope_reads(folder: Path, one: Mark) -> None:
    """Valid, with one test for each check, and hidden checks not seen before the grades are published."""
    found = results(folder, one.student.id)
    jsonschema.Draft202012Validator(GRADESCOPE).validate(found)
    checks = [seen for judged in one.exercises for seen in judged.seen]
    assert [test["max_score"] for test in found["tests"]] == [seen.of for seen in checks]
    assert [test["status"] == "passed" for test in found["tests"]] == [seen.verdict == "pass" for seen in checks]
    assert [test["visibility"] == "after_published" for test in found["tests"]] == [seen.hidden for seen in checks]
    assert "\\u0000" not in json.dumps(found) and "\\ud800" not in json.dumps(found)


def test_unknown_is_not_passed_and_says_that_a_person_looks(folder: Path) -> None:
    """Also once a person has looked: then it says so."""
    [waiting] = [test for test in results(folder, "anonymous")["tests"] if "Twice the rows" in test["name"]]
    [decided] = [test for test in results(folder, "bob")["tests"] if "Twice the rows" in test["name"]]
    assert waiting["status"] == decided["status"] == "failed"
    assert "a person will look" in waiting["output"] and "busy" in waiting["output"]
    assert "A person has decided" in decided["output"] and "will look" not in decided["output"]
    assert "slow" in results(folder, "bob")["output"] and "will look" not in results(folder, "bob")["output"]


# What can be published


@pytest.mark.parametrize("secret", [SECRET, "4242", "4,242", QUOTED, str(SEED)])
def test_nothing_tells_what_hidden_checks_are_measured_on(folder: Path, secret: str) -> None:
    """Neither in the page nor in the results, though both tell the verdict. The instructor's own file has it."""
    for path in (folder / "students").rglob("*.*"):
        if path.is_file():
            assert secret not in path.read_text() and json.dumps(secret)[1:-1] not in path.read_text()
    assert HIDDEN.says in page(folder, "bob").text("th")
    assert secret == str(SEED) or secret in (folder / "junit.xml").read_text().replace("&#x27;", "'")


def test_a_students_folder_has_no_notes_of_the_instructor(folder: Path) -> None:
    """They are about the student, and not for them."""
    assert "late by" not in page(folder, "bob").text() and "twice.zip" not in page(folder, "twice").text()


# The page


@pytest.mark.parametrize("one", rostered(), ids=lambda one: safe_name(one.student.id))
def test_the_page_is_nothing_but_text(folder: Path, one: Mark) -> None:
    """What a student wrote or is called is text: no element, no attribute and no address of theirs is in it."""
    seen = page(folder, one.student.id)
    assert set(seen.tags) <= set(
        "html meta title style main h1 h2 p strong bdi section table caption colgroup col thead tbody tr th td span "
        "dl dt dd pre".split()
    )
    assert {name for _, attributes in seen.elements for name in attributes} <= {
        "lang", "charset", "name", "content", "http-equiv", "class", "scope", "colspan",
    }  # fmt: skip
    assert not re.search(r"url\(|@import|https?:", seen.source.replace("http://x", ""))
    assert unfit(seen.source) == seen.source


@pytest.mark.parametrize("student", HOSTILE, ids=lambda student: safe_name(student.id))
def test_the_page_shows_a_name_as_it_is(folder: Path, student: Student) -> None:
    """Escaped once: a reader sees the characters that the name has."""
    shown = page(folder, student.id).text("bdi")
    for part in (student.first_name, student.last_name):
        for word in part.split():
            assert re.sub("[‪-‮]", "\ufffd", unfit(word)) in shown


def test_the_page_has_every_check_with_all_that_is_known_of_it(folder: Path) -> None:
    """What must be true, verdict in words, points; measured and bound, workload, why, example and the next hint."""
    seen = page(folder, "bob")
    checks = [check for one in rostered() if one.student.id == "bob" for x in one.exercises for check in x.seen]
    assert [check.says in seen.text("th") for check in checks] == [True] * len(checks)
    words = [data for tag, data in seen.within if tag == "span" and data in {"passed", "failed", "unknown"}]
    assert words == ["passed", "failed", "failed", "failed", "unknown"]
    assert FAILED.example in seen.text("pre")
    details = seen.text("dd")
    assert "1 wrong; it has to be = 0" in details and "up to 6 durations" in details and "busy" in details
    assert '"<script>alert(2)</script>"' in details and "hint 3 of 3" in details
    assert "3 of 6 points" in seen.text("h2") and "4.5 of 6 points" in seen.text("h2")


def test_the_page_tells_of_overrides_lateness_and_what_it_rests_on(folder: Path) -> None:
    """A person's word with its reason, and hashes and versions by which a mark can be questioned."""
    seen = page(folder, "bob")
    assert 'right, but "<u>slow</u>"' in seen.text("bdi") and "4.5 points in place of 0" in seen.text("p")
    assert "Handed in 2 h 5 min after it was due." in seen.text("p") and "may still change" not in seen.text("p")
    assert "may still change" in page(folder, "anonymous").text("p")
    for fact in ("cd" * 32, "fe" * 20, "12" * 32, "3.11.2", "postgres 15.9", "0123456789abcdef", "bubblewrap"):
        assert fact in seen.text("dd")


def test_the_page_says_why_there_is_nothing(folder: Path) -> None:
    """Missing, empty, twice or broken: a sentence, and no empty table."""
    for id in ("gone", "twice", "broken"):
        seen = page(folder, id)
        assert "table" not in seen.tags and len(seen.text("p").split()) > 5
    assert "Nothing was handed in." in page(folder, "gone").text("p")


def test_trouble_is_told_once(tmp_path: Path) -> None:
    """Where no check could be run the reason stands above the table, not in every row of it."""
    trouble = "Python cannot read the file:\n    <x"
    skipped = replace(FAILED, measured="", bound="", workload="", example="", why="not run: see above")
    one = replace(mark(Student("ana")), exercises=[judged("ch01.1", skipped, skipped, trouble=trouble)])
    write([one], tmp_path, DUE, {"ch01.1": 3})
    assert page(tmp_path, "ana").text("pre") == trouble and "see above" not in page(tmp_path, "ana").text()
    assert trouble in results(tmp_path, "ana")["output"] and "hint" not in page(tmp_path, "ana").text()


def test_the_page_can_be_read_by_everybody(folder: Path) -> None:
    """Language, title, headings without a step left out, tables with a caption and headers that say what they head."""
    seen = page(folder, "bob")
    assert seen.elements[0] == ("html", {"lang": "en"}) and "ch01" in seen.text("title")
    levels = [int(tag[1]) for tag in seen.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert seen.tags.count("table") == seen.tags.count("caption") == 2
    assert all(attributes.get("scope") in {"col", "row"} for tag, attributes in seen.elements if tag == "th")
    assert any(attributes.get("name") == "viewport" for tag, attributes in seen.elements if tag == "meta")


# The terminal


def shown(marks: list[Mark], width: int) -> str:
    text = io.StringIO()
    Console(file=text, width=width, color_system=None).print(table(marks))
    return text.getvalue()


def test_the_table_shows_everybody_and_obeys_nobody() -> None:
    """A line for each; control characters do not reach the terminal, and markup is text."""
    text = shown(a_class(), 300)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]", text)
    assert "[bold red]N" in text and ":smile:" in text and "<script>alert(1)</script>" in text
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == len(a_class()) + 3, "heading, rule and caption"
    [bob] = [line for line in lines if "(bob)" in line]
    assert "3/6" in bob and "4.5/6*" in bob and "7.5/12" in bob and "marked" in bob and "late by 2:05" in bob
    [anonymous] = [line for line in lines if "anonymous" in line]
    assert "0/6?" in anonymous
    [gone] = [line for line in lines if "(gone)" in line]
    assert "missing" in gone and "–" in gone


def test_the_table_fits_a_narrow_terminal() -> None:
    """It wraps; it does not lose the points."""
    text = shown(a_class(), 80)
    assert max(len(line) for line in text.splitlines()) <= 80 and "4.5/6*" in text and "7.5/12" in text


def test_the_summary_accounts_for_everybody() -> None:
    """One line, with a number for each state, also where it is 0."""
    assert summary(a_class()) == (
        "13 in all: 8 marked, 1 missing, 1 empty, 1 duplicate, 1 broken, 1 wrongly named; 8 late, 7 unknown"
    )
    assert summary([]).startswith("0 in all: 0 marked, 0 missing")
    assert "\n" not in summary(a_class())
