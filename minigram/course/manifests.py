"""Which chapter a file belongs to.

`chapters/common.toml` and one `chapters/<stem>.toml` per chapter list globs; every tracked file is matched by
exactly one of these manifests. Common files are the same at every chapter's tag. `chapters/instructor.toml`, where it
is there, lists what students do not get: it is in no tag, and in no student edition.

A glob is matched against the whole path from the root of the repository, with `/` between folders:
`*` is anything within one name, `?` one character of it, `**` (a whole name) any number of folders, none
included. Everything else stands for itself; case matters, and so do names that begin with a dot.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import click

COMMON = "common"
INSTRUCTOR = "instructor"
STEM = re.compile(r"ch(\d\d)_[a-z0-9_]+")
_MANIFEST = re.compile(r"chapters/([^/]+)\.toml")


class ManifestError(click.ClickException):
    """A manifest cannot be read, or the manifests do not account for each file once."""


@dataclass(frozen=True)
class Chapter:
    """A manifest. `stem` names the chapter in every folder, `tag` in git; one that is no chapter's has number 0."""

    stem: str
    title: str
    files: tuple[str, ...]

    @property
    def number(self) -> int:
        match = STEM.fullmatch(self.stem)
        return int(match[1]) if match else 0

    @property
    def tag(self) -> str:
        return self.stem.replace("_", "-")

    def claims(self, path: str) -> bool:
        return any(_regex(glob).fullmatch(path) for glob in self.files)


@dataclass(frozen=True)
class Manifests:
    """The common files and the chapters, in order."""

    common: Chapter
    chapters: tuple[Chapter, ...]
    instructor: Chapter | None = None

    @property
    def all(self) -> tuple[Chapter, ...]:
        return (self.common, *self.chapters, *([self.instructor] if self.instructor else []))

    def owners(self, path: str) -> list[Chapter]:
        return [one for one in self.all if one.claims(path)]

    def problems(self, paths: Iterable[str]) -> list[str]:
        """One line for each path in no manifest or in several, and for each glob that matches nothing."""
        paths = list(paths)
        lines = []
        for path in paths:
            names = [f"chapters/{one.stem}.toml" for one in self.owners(path)]
            if len(names) != 1:
                lines.append(f"{path}: in {' and in '.join(names) or 'no manifest'}")
        for one in self.all:
            for glob in one.files:
                if not any(_regex(glob).fullmatch(path) for path in paths):
                    lines.append(f"chapters/{one.stem}.toml: {glob!r} matches no file")
        return lines

    def partition(self, paths: Iterable[str]) -> dict[str, Chapter]:
        """path → the one manifest that claims it. ManifestError where `problems` has something to say."""
        paths = list(paths)
        if lines := self.problems(paths):
            raise ManifestError(
                "each file must belong to exactly one manifest, each glob to a file; "
                "mend chapters/*.toml:\n  " + "\n  ".join(lines)
            )
        return {path: self.owners(path)[0] for path in paths}


def is_manifest(path: str) -> bool:
    return _MANIFEST.fullmatch(path) is not None


def parse(texts: Mapping[str, str]) -> Manifests:
    """Manifests from the text of each, by path (`chapters/<stem>.toml`)."""
    found = sorted((_chapter(path, text) for path, text in texts.items()), key=lambda one: one.stem)
    common = [one for one in found if one.stem == COMMON]
    instructor = [one for one in found if one.stem == INSTRUCTOR]
    chapters = [one for one in found if one.stem not in (COMMON, INSTRUCTOR)]
    if not common:
        raise ManifestError("chapters/common.toml is missing: run this inside a clone of the course")
    for before, after in pairwise(chapters):
        if before.number == after.number:
            raise ManifestError(f"chapters {before.stem} and {after.stem} have the same number")
    return Manifests(common[0], tuple(chapters), instructor[0] if instructor else None)


def read(root: Path) -> Manifests:
    """The manifests of a work tree."""
    files = (root / "chapters").glob("*.toml")
    return parse({file.relative_to(root).as_posix(): file.read_text("utf-8") for file in files})


def root() -> Path:
    """The folder at or above the current one that holds the course."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "chapters" / "common.toml").is_file():
            return folder
    raise ManifestError(f"{here} is not in a clone of the course: no folder above it holds chapters/common.toml")


def _chapter(path: str, text: str) -> Chapter:
    match = _MANIFEST.fullmatch(path)
    stem = match[1] if match else path
    if stem not in (COMMON, INSTRUCTOR) and not STEM.fullmatch(stem):
        wanted = "common.toml, instructor.toml or chNN_name.toml, in small letters"
        raise ManifestError(f"{path}: expected the name {wanted}")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ManifestError(f"{path}: {problem}") from None
    title, files = data.pop("title", ""), data.pop("files", None)
    if data:
        raise ManifestError(f"{path}: unknown key {', '.join(data)}: a manifest has title and files")
    if not isinstance(files, list) or not files or not all(isinstance(glob, str) for glob in files):
        raise ManifestError(f'{path}: expected files = ["a glob", …]')
    if not isinstance(title, str) or "\n" in title or (STEM.fullmatch(stem) and not title):
        raise ManifestError(f'{path}: expected title = "one line"')
    return Chapter(stem, title, tuple(files))


@cache
def _regex(glob: str) -> re.Pattern[str]:
    names = glob.split("/")
    parts = []
    for at, name in enumerate(names):
        last = at == len(names) - 1
        if name == "**":
            parts.append(r".+" if last else r"(?:[^/]+/)*")
        else:
            escaped = re.escape(name).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
            parts.append(escaped + ("" if last else "/"))
    return re.compile("".join(parts), re.DOTALL)
