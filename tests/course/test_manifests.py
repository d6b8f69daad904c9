"""The manifests account for every file of this tree once, and common files name no chapter."""

import re
import subprocess
from pathlib import Path

import pytest

from minigram.course.manifests import ManifestError, Manifests, parse, read
from minigram.stages import stages

from .trees import chapter, manifest, stem

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"(?<![A-Za-z0-9])ch\d\d[_-][a-z]\w*")


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [path for path in listed.stdout.split("\0") if path]


def small(**globs: list[str]) -> Manifests:
    """Manifests by stem; `common` claims its own manifest, the others what they are given."""
    texts = {f"chapters/{its}.toml": manifest("A title", *its_globs) for its, its_globs in globs.items()}
    return parse({"chapters/common.toml": 'files = ["common"]'} | texts)


def test_every_file_belongs_to_exactly_one_manifest() -> None:
    """Each tracked file is in one manifest, and each glob finds a file."""
    problems = read(ROOT).problems(tracked())
    assert not problems, "mend chapters/*.toml:\n" + "\n".join(problems)


def test_common_files_name_no_chapter() -> None:
    """A common file is the same at every tag, so it cannot speak of a chapter by its stem or tag."""
    common = read(ROOT).common
    named = [
        f"{path}:{number}: {match[0]}"
        for path in tracked()
        if common.claims(path)
        for number, line in enumerate((ROOT / path).read_text("utf-8", "replace").splitlines(), 1)
        for match in NAMED.finditer(line)
    ]
    assert not named, "\n".join(named)


def test_a_stage_and_its_manifest_have_one_title() -> None:
    """The chapters of the manifests are the stages, in order and by title."""
    chapters = [(one.number, one.stem, one.title) for one in read(ROOT).chapters]
    assert [(one.number, one.stem, one.title) for one in stages()] == chapters


def test_a_file_in_none_and_a_file_in_two_are_named() -> None:
    """The list says which file, and which manifests."""
    one, two = stem(1, "one"), stem(2, "two")
    found = small(**{one: ["a/*"], two: ["a/b", "c"]}).problems(["common", "a/b", "c", "d"])
    assert found == [f"a/b: in chapters/{one}.toml and in chapters/{two}.toml", "d: in no manifest"]


def test_a_glob_that_finds_nothing_is_named() -> None:
    """A file that was renamed does not leave its old name behind."""
    one = stem(1, "one")
    assert small(**{one: ["gone"]}).problems(["common"]) == [f"chapters/{one}.toml: 'gone' matches no file"]


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("a/*.py", ["a/b.py", "a/.py"], ["a/b/c.py", "b.py", "a/bxpy", "A/b.py"]),
        ("a/**", ["a/b", "a/b/c", "a/.b"], ["a", "ab/c"]),
        ("**/x", ["x", "a/x", "a/b/x"], ["ax", "x/a"]),
        ("a/**/x", ["a/x", "a/b/c/x"], ["a/bx", "ax"]),
        ("a?c", ["abc"], ["a/c", "ac"]),
        ("[a].{b}+", ["[a].{b}+"], ["a.b"]),
        ("Grüße *", ["Grüße aus"], ["Grüße aus/x"]),
    ],
)
def test_what_a_glob_matches(glob: str, yes: list[str], no: list[str]) -> None:
    """`*` and `?` stay within a name, `**` is any number of folders, the rest stands for itself."""
    manifests = small(**{stem(1, "one"): [glob]})
    assert [path for path in yes + no if manifests.owners(path)] == yes


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (stem(1, "one"), "files = [", "one.toml: "),
        (stem(1, "one"), 'title = "t"', "expected files ="),
        (stem(1, "one"), 'title = "t"\nfiles = ["a", 1]', "expected files ="),
        (stem(1, "one"), 'files = ["a"]', "expected title ="),
        (stem(1, "one"), 'title = "a\\nb"\nfiles = ["a"]', "expected title ="),
        (stem(1, "one"), 'title = "t"\nfiles = ["a"]\nfile = ["b"]', "unknown key file"),
        ("Chapter1", 'title = "t"\nfiles = ["a"]', "expected the name"),
        (stem(2, "other"), 'title = "t"\nfiles = ["a"]', "have the same number"),
    ],
)
def test_a_wrong_manifest_is_a_sentence(path: str, text: str, said: str) -> None:
    """What is wrong with a manifest is said with its name and what was expected."""
    rest = {"chapters/common.toml": 'files = ["a"]'} | dict(list(chapter(2, "second").items())[:1])
    with pytest.raises(ManifestError, match=re.escape(said)):
        parse(rest | {f"chapters/{path}.toml": text})
