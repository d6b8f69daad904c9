"""The chapter tags, built from main's tree.

A chapter's tag holds the common files and those of the manifests so far, and nothing of the instructor's; its parent
is the chapter before, and chapter 1 is the root. The ids depend on the committed tree alone: the blobs are taken as
they were committed (no work tree, so no line endings or file modes of this machine), and author, date, encoding,
environment and configuration are pinned here. So anybody can verify a published tag, and a clone without tags builds
them.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from minigram.course import manifests

AUTHOR = "minigram <minigram@example.invalid>"
DATE = "1286323200 +0000"  # 6 October 2010, the day Instagram opened
_PINNED = (
    "i18n.commitEncoding=UTF-8",
    "core.hooksPath=" + os.devnull,  # a reference-transaction hook could refuse our tags
    "core.splitIndex=false",  # would leave the shared half of our private index behind
)
_ENTRY = re.compile(r"(\d+) \w+ (\w+)\t(.*)", re.DOTALL)


class TagError(click.ClickException):
    """Git failed, or a tag stands in the way. Nothing has been changed."""


@dataclass(frozen=True)
class Tag:
    """What a chapter's tag should be (`commit`) and what is there (`found`: an object id, or None)."""

    name: str
    commit: str
    found: str | None
    foreign: bool

    @property
    def state(self) -> str:
        if self.found == self.commit:
            return "same"
        return "missing" if self.found is None else "foreign" if self.foreign else "differs"


class Repository:
    """Git plumbing in the repository around `folder`, deaf to its user's environment and configuration."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._extra: dict[str, str] = {}
        self.git("rev-parse", "--git-dir")

    def git(self, *words: str, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
        pinned = [word for setting in _PINNED for word in ("-c", setting)]
        try:
            done = subprocess.run(
                ["git", *pinned, *words],
                cwd=self._folder,
                env=_environment() | self._extra | dict(env or {}),
                input=stdin.encode("utf-8", "surrogateescape"),
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise TagError("git was not found: install git, or put it on the PATH") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise TagError(f"git {words[0]} failed in {self._folder}: {said}")
        return done.stdout.decode("utf-8", "surrogateescape")

    def head(self) -> str:
        try:
            return self.git("rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip()
        except TagError:
            raise TagError("there is no commit yet: commit the files first, tags are built from HEAD") from None

    def dirty(self) -> bool:
        """Whether a tracked file differs from HEAD."""
        inside = self.git("rev-parse", "--is-inside-work-tree").strip() == "true"
        return inside and bool(self.git("status", "--porcelain", "--untracked-files=no").strip())

    def tree(self, commit: str) -> dict[str, tuple[str, str]]:
        """path → (mode, object id) of every file."""
        lines = self.git("ls-tree", "-r", "-z", "--full-tree", commit).split("\0")
        entries = (_ENTRY.fullmatch(line) for line in lines if line)
        return {match[3]: (match[1], match[2]) for match in entries if match}

    @contextmanager
    def quarantine(self) -> Iterator[None]:
        """New objects go to a folder that is removed afterwards, so that looking leaves no trace."""
        objects = self._folder / self.git("rev-parse", "--git-path", "objects").strip()
        with tempfile.TemporaryDirectory(prefix="minigram-objects-") as folder:
            self._extra = {
                "GIT_OBJECT_DIRECTORY": folder,
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects.absolute()),
            }
            try:
                yield
            finally:
                self._extra = {}


def check(repository: Repository) -> list[Tag]:
    """What each chapter's tag should be, and what is there. Changes nothing."""
    with repository.quarantine():
        return _compare(repository)


def build(repository: Repository, move: bool = False) -> list[Tag]:
    """Create the tags that are missing and, if asked, move those of ours that differ: all of them or none.

    Returns what was found before. TagError if a tag stands in the way: one of ours that differs when `move`
    was not asked, or a foreign one (made by somebody else) in any case.
    """
    tags = _compare(repository)
    lines = []
    for tag in tags:
        if tag.state == "foreign":
            lines.append(f"{tag.name} was not made by `minigram tags` and stays: remove it by hand if you mean it")
        elif tag.state == "differs" and not move:
            lines.append(f"{tag.name} is {tag.found}, this tree gives {tag.commit}: --move moves it")
    if lines:
        raise TagError("no tag was changed:\n  " + "\n  ".join(lines))
    wanted = [tag for tag in tags if tag.state != "same"]
    none = "0" * len(repository.head())
    orders = [f"update refs/tags/{tag.name} {tag.commit} {tag.found or none}\n" for tag in wanted]
    repository.git("update-ref", "--stdin", stdin="".join(orders))  # one transaction: all or none
    return tags


def _compare(repository: Repository) -> list[Tag]:
    refs = repository.git("for-each-ref", "--format=%(refname:strip=2) %(objectname)", "refs/tags")
    found = dict(line.rsplit(" ", 1) for line in refs.splitlines())
    commits = _commits(repository)
    return [
        Tag(name, commit, found.get(name), name in found and not _ours(repository, found[name]))
        for name, commit in commits.items()
    ]


def manifests_of(repository: Repository, tree: Mapping[str, tuple[str, str]]) -> manifests.Manifests:
    """The manifests of a tree that is committed."""
    listed = [path for path in tree if manifests.is_manifest(path)]
    return manifests.parse({path: repository.git("cat-file", "blob", tree[path][1]) for path in listed})


def _commits(repository: Repository) -> dict[str, str]:
    """tag name → commit, written into the object store, first chapter first."""
    tree = repository.tree(repository.head())
    chapters = manifests_of(repository, tree)
    owner = chapters.partition(tree)
    commits: dict[str, str] = {}
    kept = {chapters.common.stem}
    parent: list[str] = []
    for chapter in chapters.chapters:
        kept.add(chapter.stem)
        entries = [f"{tree[path][0]} {tree[path][1]}\t{path}\0" for path in tree if owner[path].stem in kept]
        title = f"Chapter {chapter.number}: {chapter.title}\n"
        words = ["commit-tree", tree_of(repository, entries), *parent]
        commits[chapter.tag] = repository.git(*words, stdin=title, env=SIGNATURE).strip()
        parent = ["-p", commits[chapter.tag]]
    return commits


def tree_of(repository: Repository, entries: list[str]) -> str:
    """Write a tree of entries as `git update-index --index-info` takes them; its id."""
    with tempfile.TemporaryDirectory(prefix="minigram-index-") as folder:
        private = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        repository.git("update-index", "-z", "--index-info", stdin="".join(entries), env=private)
        return repository.git("write-tree", env=private).strip()


def _ours(repository: Repository, found: str) -> bool:
    """Whether a tag is of our making: it points straight at a commit that bears our author and date."""
    if repository.git("cat-file", "-t", found).strip() != "commit":
        return False
    header = repository.git("cat-file", "commit", found).split("\n\n")[0]
    return header.endswith(f"author {AUTHOR} {DATE}\ncommitter {AUTHOR} {DATE}")


_NAME, _EMAIL = AUTHOR.rstrip(">").split(" <")
SIGNATURE = {
    "GIT_AUTHOR_NAME": _NAME,
    "GIT_AUTHOR_EMAIL": _EMAIL,
    "GIT_AUTHOR_DATE": DATE,
    "GIT_COMMITTER_NAME": _NAME,
    "GIT_COMMITTER_EMAIL": _EMAIL,
    "GIT_COMMITTER_DATE": DATE,
}


def _environment() -> dict[str, str]:
    """Ours without git's variables, save those that bring configuration (safe.directory may come so)."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith("GIT_CONFIG")}
    return kept | {"LC_ALL": "C", "GIT_NO_REPLACE_OBJECTS": "1"}
