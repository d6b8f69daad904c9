"""The book takes its code from the source and its numbers from the results, and says where it cannot."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from minigram.course.book import pages
from minigram.course.commands import book
from minigram.course.listings import NoSuchListing, listing

from .trees import stem, write

ROOT = Path(__file__).parents[2]
ONE = stem(1, "one")
SOURCE = '''\
"""A module."""

from typing import overload

LIMIT: int = 3


def noop(x):
    return x


@noop
@noop
def top() -> str:
    return "```"


class Feed:
    """A feed."""

    size = 20

    @noop
    async def home(self) -> None:
        """Grüße."""

        def inner() -> None: ...

    class Inner:
        def deep(self) -> None:
            pass
'''
RESULTS = {"measurements": {"feed": {"statements": 4, "ms": 2.345, "at_1000": [7, {"p99": 1234567}], "ok": True}}}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(
        tmp_path,
        {
            "chapters/common.toml": 'files = ["x"]',
            "minigram/feed.py": SOURCE,
            "minigram/style.css": "a { b: c }\n",
            f"notebooks/{ONE}.json": json.dumps(RESULTS),
            f"chapters/figures/{ONE}/knee.svg": "<svg/>",
        },
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refreshed(course: Path, text: str) -> str:
    """The text after `minigram book`, which then has nothing more to do."""
    write(course, {f"chapters/{ONE}.md": text})
    done = CliRunner().invoke(book)
    assert done.exit_code == 0, done.output
    assert CliRunner().invoke(book, ["--check"]).exit_code == 0
    return (course / f"chapters/{ONE}.md").read_text("utf-8")


def complaint(course: Path, text: str, *words: str) -> Result:
    """What `minigram book` says of a text that it must leave as it is."""
    write(course, {f"chapters/{ONE}.md": text})
    done = CliRunner().invoke(book, words)
    assert done.exit_code == 1, done.output
    assert (course / f"chapters/{ONE}.md").read_text("utf-8") == text
    return done


def test_the_book_is_up_to_date() -> None:
    """The listings, numbers and figures of this tree's chapters are those of its source and results."""
    found = pages(ROOT)
    lines = [line for page in found for line in page.stale + page.problems]
    assert not lines, "`minigram book` refreshes what is stale:\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LIMIT", "LIMIT: int = 3"),
        ("top", '@noop\n@noop\ndef top() -> str:\n    return "```"'),
        ("Feed.size", "size = 20"),
        ("Feed.Inner.deep", "def deep(self) -> None:\n    pass"),
        ("Feed.Inner", "class Inner:\n    def deep(self) -> None:\n        pass"),
        (
            "Feed.home",
            '@noop\nasync def home(self) -> None:\n    """Grüße."""\n\n    def inner() -> None: ...',
        ),
    ],
)
def test_code_by_name(course: Path, name: str, expected: str) -> None:
    """A name gives its definition, decorators included, moved to the margin."""
    assert listing(course, "minigram/feed.py", name) == expected


@pytest.mark.parametrize(
    ("path", "name", "said"),
    [
        ("minigram/feed.py", "Feed.away", "no Feed.away: found size, home, Inner"),
        ("minigram/feed.py", "top.inner.x", "no top.inner.x: found nothing"),
        ("minigram/gone.py", "Feed", "cannot be read"),
        ("minigram/style.css", "a", "only be listed whole"),
    ],
)
def test_code_that_is_not_there(course: Path, path: str, name: str, said: str) -> None:
    """A name or file that is gone is said, with what is there instead."""
    with pytest.raises(NoSuchListing, match=said):
        listing(course, path, name)


def test_a_listing_is_put_between_its_comments(course: Path) -> None:
    """What stood there is replaced, whether nothing, an old listing or one with a longer fence."""
    head, tail = "Read:\n<!-- listing minigram/feed.py LIMIT -->\n", "<!-- /listing -->\nDone.\n"
    expected = f"{head}```python\nLIMIT: int = 3\n```\n{tail}"
    for old in ("", "```python\nLIMIT = 2\n```\n", "\n````\n```\n<!-- /listing -->\n````\n"):
        assert refreshed(course, head + old + tail) == expected


def test_a_listing_with_fences_in_it(course: Path) -> None:
    """Code that holds three backticks is fenced by four; a file that is not Python comes whole."""
    text = refreshed(
        course,
        "<!-- listing minigram/feed.py top -->\n<!-- /listing -->\n"
        "<!-- listing minigram/style.css -->\n<!-- /listing -->\n",
    )
    assert text.startswith("<!-- listing minigram/feed.py top -->\n````python\n@noop\n")
    assert "```css\na { b: c }\n```\n<!-- /listing -->\n" in text


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("measurements.feed.statements", "4"),
        ("measurements.feed.ms|.1f", "2.3"),
        ("measurements.feed.at_1000.0", "7"),
        ("measurements.feed.at_1000.1.p99|,", "1,234,567"),
    ],
)
def test_a_number_comes_from_the_results(course: Path, asked: str, expected: str) -> None:
    """Two numbers on a line are both looked up and formatted; what is around them stays."""
    text = refreshed(course, f"a <!-- n {asked} -->9<!-- /n --> b <!-- n {asked} --><!-- /n --> c")
    number = f"<!-- n {asked} -->{expected}<!-- /n -->"
    assert text == f"a {number} b {number} c"


def test_code_blocks_are_left_alone(course: Path) -> None:
    """A chapter can show how a listing, a number and a figure are written."""
    text = "~~~\n```\n<!-- listing x y -->\n<!-- n x -->1<!-- /n -->\n![](gone.svg)\n~~~\n"
    assert refreshed(course, text) == text


def test_check_names_file_and_line(course: Path) -> None:
    """--check lists what is stale, each with its file and line, and writes nothing."""
    code = "<!-- listing minigram/feed.py LIMIT -->\n<!-- /listing -->"
    number = "<!-- n measurements.feed.ms -->2<!-- /n -->"
    done = complaint(course, f"One.\n{code}\n{number}\n", "--check")
    assert f"chapters/{ONE}.md:2: the listing of LIMIT is stale" in done.output
    assert f"chapters/{ONE}.md:4: measurements.feed.ms is 2.345, the text says 2" in done.output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("<!-- listing minigram/feed.py Gone -->\n<!-- /listing -->", "has no Gone"),
        ("<!-- listing minigram/feed.py LIMIT -->\ntext", "is not closed"),
        ("<!-- listing minigram/feed.py LIMIT -->\n```\n<!-- /listing -->", "is not closed"),
        ("<!-- listing minigram/feed.py LIMIT and more -->\n<!-- /listing -->", "is not one of a pair"),
        ("<!-- /listing -->", "is not one of a pair"),
        (
            "<!-- n measurements.feed.gone -->1<!-- /n -->",
            "no 'gone' under measurements.feed, only ['statements'",
        ),
        (
            "<!-- n measurements.feed.at_1000.2 -->1<!-- /n -->",
            "no '2' under measurements.feed.at_1000, only a list",
        ),
        ("<!-- n measurements.feed -->1<!-- /n -->", "expected a number or a text"),
        ("<!-- n measurements.feed.ok -->1<!-- /n -->", "expected a number or a text"),
        ("<!-- n measurements.feed.ms|d -->1<!-- /n -->", "format code 'd'"),
        ("<!-- n measurements.feed.ms -->1", "is not one of a pair"),
        ("1<!-- /n -->", "is not one of a pair"),
        ("![a knee](figures/gone.svg)", "does not exist"),
        (f"![ ](figures/{ONE}/knee.svg)", "has no text that says what it shows"),
    ],
)
@pytest.mark.parametrize("words", [(), ("--check",)])
def test_what_cannot_be_refreshed(course: Path, line: str, said: str, words: tuple[str, ...]) -> None:
    """What is missing or badly written is named by file and line, and no file is written."""
    stale = "<!-- n measurements.feed.ms -->2<!-- /n -->"
    done = complaint(course, f"{stale}\n{line}\n", *words)
    assert f"chapters/{ONE}.md:2: " in done.output and said in done.output


def test_a_chapter_without_results(course: Path) -> None:
    """A number in a chapter whose notebook recorded nothing says what would record it."""
    (course / f"notebooks/{ONE}.json").unlink()
    assert "make record" in complaint(course, "<!-- n a -->1<!-- /n -->\n").output


def test_a_figure_with_its_text(course: Path) -> None:
    """A figure that exists and says what it shows is left as it is; so is one on another site."""
    text = f"![The knee](figures/{ONE}/knee.svg)\n![](https://example.invalid/x.svg)\n"
    assert refreshed(course, text) == text


def test_outside_of_a_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere the command says that this is not the course."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(book)
    assert done.exit_code == 1 and "not in a clone of the course" in done.output


def test_line_endings_are_lf() -> None:
    """Git stores every text file with plain line feeds, whatever a contributor's machine writes."""
    listed = subprocess.run(["git", "ls-files", "--eol"], cwd=ROOT, capture_output=True, check=True, text=True)
    wrong = [line for line in listed.stdout.splitlines() if line.split()[0] in ("i/crlf", "i/mixed")]
    assert not wrong, "\n".join(wrong)
