"""The chapter tags: the same ids everywhere, nothing moved unasked, additions only."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from minigram.course import commands
from minigram.course.tags import Repository, build, check

from .trees import COMMON, Clone, chapter, stem, write

FIRST, SECOND = chapter(1, "grosse"), chapter(2, "second")
TAGS = [stem(1, "grosse").replace("_", "-"), stem(2, "second").replace("_", "-")]


@pytest.fixture
def course(tmp_path: Path) -> Clone:
    """A course of two chapters, one of whose titles is not ASCII, with a script that can be executed."""
    made = Clone.new(tmp_path / "course")
    titled = {path: text.replace("The grosse", "Die Größe") for path, text in FIRST.items()}
    write(made.folder, COMMON | titled | SECOND)
    (made.folder / "Makefile").chmod(0o755)
    made.commit({})
    return made


def run(clone: Clone, *words: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(clone.folder)
    return CliRunner().invoke(commands.tags, words)


def test_a_clone_without_tags_builds_them(course: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each chapter's tag holds the common files and the chapters so far; its parent is the chapter before."""
    done = run(course, monkeypatch=monkeypatch)
    assert done.exit_code == 0, done.output
    assert list(course.tags()) == TAGS
    assert course.git("rev-list", "--count", TAGS[0]) == "1"
    assert course.git("rev-parse", f"{TAGS[1]}^") == course.tags()[TAGS[0]]
    first = course.git("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", TAGS[0]).splitlines()
    assert sorted(first) == sorted([*COMMON, *FIRST])
    assert course.git("rev-parse", f"{TAGS[1]}^{{tree}}") == course.git("rev-parse", "HEAD^{tree}")
    assert course.git("log", "-1", "--format=%s", TAGS[0]) == "Chapter 1: Die Größe"


def test_a_chapter_reads_as_additions_only(course: Clone) -> None:
    """The difference of two chapters' tags changes and removes nothing."""
    build(Repository(course.folder))
    assert course.git("diff", "--name-only", *TAGS)
    assert course.git("diff", "--name-only", "--diff-filter=a", *TAGS) == ""


def test_the_ids_are_written_down(course: Clone) -> None:
    """The made-up course gives these ids on every machine."""
    tags = build(Repository(course.folder))
    assert [tag.commit for tag in tags] == IDS


IDS = ["dca42aeb242bb37df124a93aee807a5eae4fdd62", "1a5c596f4a13bc8d15590382ceeb811226c9779d"]

SETTINGS = {
    "autocrlf": ("core.autocrlf=true",),
    "eol": ("core.eol=crlf",),
    "file mode off": ("core.fileMode=false",),
    "signing": ("commit.gpgSign=true", "tag.gpgSign=true", "user.signingKey=nobody", "gpg.program=false"),
    "another commit encoding": ("i18n.commitEncoding=ISO-8859-1", "i18n.logOutputEncoding=ISO-8859-1"),
    "split index": ("core.splitIndex=true", "index.version=4"),
    "hooks": ("core.hooksPath=hooks-that-refuse",),
    "another name": ("user.name=Zoë", "user.email=zoe@example.invalid", "author.name=x", "committer.name=y"),
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_the_ids_do_not_depend_on_the_configuration(course: Clone, tmp_path: Path, settings: tuple[str, ...]) -> None:
    """A clone with other settings builds the same ids."""
    options = [word for setting in settings for word in ("--config", setting)]
    clone = course.clone(tmp_path / "clone", *options)
    hook = clone.folder / "hooks-that-refuse" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    build(Repository(clone.folder))
    build(Repository(course.folder))
    assert clone.tags() == course.tags()


ENVIRONMENTS = {
    "another time zone": {"TZ": "Asia/Kathmandu"},
    "another locale": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "LANGUAGE": "tr"},
    "the C locale": {"LC_ALL": "C", "PYTHONUTF8": "0"},
    "somebody's name and date": {
        "GIT_AUTHOR_NAME": "Zoë",
        "GIT_AUTHOR_DATE": "2001-02-03T04:05:06+0700",
        "GIT_COMMITTER_EMAIL": "zoe@example.invalid",
        "GIT_COMMITTER_DATE": "2001-02-03T04:05:06+0700",
    },
    "inside a hook": {"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere", "GIT_WORK_TREE": "/nowhere"},
    "configuration in the environment": {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "i18n.commitEncoding",
        "GIT_CONFIG_VALUE_0": "ISO-8859-1",
    },
}


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_the_ids_do_not_depend_on_the_environment(
    course: Clone, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another time zone, locale, name or hook gives the same ids."""
    plain = [tag.commit for tag in check(Repository(course.folder))]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert [tag.commit for tag in build(Repository(course.folder))] == plain
    assert list(course.tags().values()) == plain


def test_the_ids_do_not_depend_on_replaced_objects(course: Clone) -> None:
    """A replacement that somebody's clone has for a file does not get into the tags."""
    plain = check(Repository(course.folder))
    course.git("replace", "HEAD:Makefile", "HEAD:.gitattributes")
    course.git("replace", "HEAD^{tree}", "HEAD:docs")
    assert check(Repository(course.folder)) == plain


def test_the_ids_do_not_depend_on_the_work_tree(course: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not committed is not in a tag, and the command says that it looked at the commit."""
    plain = [tag.commit for tag in check(Repository(course.folder))]
    (course.folder / "Makefile").write_bytes(b"run:\r\n\tfalse\r\n")
    (course.folder / "Makefile").chmod(stat.S_IRUSR | stat.S_IWUSR)
    course.git("add", "Makefile")
    done = run(course, monkeypatch=monkeypatch)
    assert (done.exit_code, list(course.tags().values())) == (0, plain)
    assert "changes that are not committed" in done.stderr
    assert course.git("diff", "--cached", "--name-only") == "Makefile", "the user's index was touched"


def test_a_checked_out_chapter_gives_the_ids_so_far(course: Clone, tmp_path: Path) -> None:
    """At chapter 1's tag, where chapter 2's manifest is absent, chapter 1 has the same id."""
    build(Repository(course.folder))
    old = course.clone(tmp_path / "old")
    old.git("fetch", "-q", "origin", f"refs/tags/{TAGS[0]}")
    old.git("checkout", "-q", "FETCH_HEAD")
    build(Repository(old.folder))
    assert old.tags() == {TAGS[0]: course.tags()[TAGS[0]]}


def test_an_early_id_outlives_a_later_change(course: Clone) -> None:
    """A new chapter, and a change to a later one, leave the ids of the chapters before as they were."""
    before = build(Repository(course.folder))
    course.commit({f"minigram/stages/{stem(2, 'second')}.py": "NUMBER = 2.0\n"} | chapter(3, "third"))
    after = check(Repository(course.folder))
    assert [tag.state for tag in after] == ["same", "differs", "missing"]
    assert after[0].commit == before[0].commit


def test_a_tag_that_differs_is_not_moved_unasked(course: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """One tag that differs stops the command before it writes any; --move moves it."""
    build(Repository(course.folder))
    before = course.tags()
    course.commit({f"minigram/stages/{stem(1, 'grosse')}.py": "NUMBER = 1.0\n"} | chapter(3, "third"))
    done = run(course, monkeypatch=monkeypatch)
    assert (done.exit_code, course.tags()) == (1, before)
    assert TAGS[0] in done.output and "--move" in done.output
    done = run(course, "--move", monkeypatch=monkeypatch)
    assert done.exit_code == 0 and "moved" in done.output and "created" in done.output
    assert len(course.tags()) == 3 and course.tags()[TAGS[0]] != before[TAGS[0]]
    assert run(course, "--check", monkeypatch=monkeypatch).exit_code == 0


FOREIGN = [("tag", TAGS[1]), ("tag", "-a", "-m", "mine", TAGS[1]), ("tag", TAGS[1], "HEAD:docs")]


@pytest.mark.parametrize("words", FOREIGN)
@pytest.mark.parametrize("option", [(), ("--move",)])
def test_a_foreign_tag_is_never_moved(
    course: Clone, words: tuple[str, ...], option: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tag of that name that somebody else made stays, even with --move, and no other is written."""
    course.git(*words)
    before = course.tags()
    done = run(course, *option, monkeypatch=monkeypatch)
    assert (done.exit_code, course.tags()) == (1, before)
    assert "was not made by" in done.output and TAGS[1] in done.output


def test_an_annotated_tag_on_our_commit_is_foreign(course: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag object has an id of its own that nobody can build again."""
    first = build(Repository(course.folder))[0]
    course.git("tag", "-f", "-a", "-m", "mine", first.name, first.commit)
    assert run(course, "--move", monkeypatch=monkeypatch).exit_code == 1


def test_check_only_looks(course: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """--check exits 1 for a missing tag, and writes neither a tag nor an object."""
    course.git("config", "core.splitIndex", "true")
    before = sorted(course.folder.rglob("*"))
    done = run(course, "--check", monkeypatch=monkeypatch)
    assert done.exit_code == 1 and done.output.count("missing") == 2
    assert sorted(course.folder.rglob("*")) == before


def test_it_works_from_a_folder_below_and_in_a_worktree(course: Clone, tmp_path: Path) -> None:
    """Where in the repository one stands makes no difference."""
    below = [tag.commit for tag in check(Repository(course.folder / "docs"))]
    course.git("worktree", "add", "-q", str(tmp_path / "other"))
    assert [tag.commit for tag in check(Repository(tmp_path / "other"))] == below


def test_a_file_of_no_manifest_stops_it(course: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that no chapter claims would be in no tag: it is named, and nothing is written."""
    course.commit({"stray.txt": "?\n"})
    done = run(course, monkeypatch=monkeypatch)
    assert (done.exit_code, course.tags()) == (1, {})
    assert "stray.txt: in no manifest" in done.output


def test_no_repository_no_commit_no_course_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these ends with a sentence and status 1."""
    (tmp_path / "none").mkdir()
    for clone, said in [
        (Clone(tmp_path / "none"), "not a git repository"),
        (Clone.new(tmp_path / "empty"), "there is no commit yet"),
    ]:
        done = run(clone, monkeypatch=monkeypatch)
        assert done.exit_code == 1 and said in done.output
    other = Clone.new(tmp_path / "other")
    other.commit({"a": "b"})
    assert "common.toml is missing" in run(other, monkeypatch=monkeypatch).output
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "install git" in run(other, monkeypatch=monkeypatch).output
