"""The book: what its chapters take from elsewhere, refreshed in place in chapters/*.md.

Code comes from its source by name, and is put between two comments that stand alone on their lines:

    <!-- listing minigram/social/feed.py Feed.home -->
    <!-- /listing -->

A number comes from notebooks/<stem>.json by its path, formatted as Python formats it, within a line:

    a feed takes <!-- n measurements.feed.statements|.1f -->2.0<!-- /n --> statements

A figure, ![what it shows](figures/<stem>/<name>.svg), has to exist and to say what it shows.
Inside other fenced code blocks nothing is looked at, so a chapter can show how this is written.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minigram.course.listings import NoSuchListing, fenced, listing

_OPEN = re.compile(r"<!-- listing (\S+)(?: ([\w.]+))? -->")
_CLOSE = "<!-- /listing -->"
_NUMBER = re.compile(r"<!-- n (\S+?)(?:\|(\S+))? -->(.*?)<!-- /n -->")
_LOOSE = re.compile(r"<!-- (?:/?listing\b|/?n\b).*?(?:-->|$)")
_FIGURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


@dataclass
class Page:
    """One chapter's text as it is and as it should be. `problems` cannot be mended by refreshing."""

    path: str
    text: str
    fresh: str = ""
    stale: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def pages(root: Path) -> list[Page]:
    """Every chapter of the book, read and compared. Writes nothing."""
    return [_Reader(root, file).read() for file in sorted((root / "chapters").glob("*.md"))]


class _Reader:
    """Goes through one chapter, line by line."""

    def __init__(self, root: Path, file: Path) -> None:
        self._root, self._file = root, file
        self._page = Page(file.relative_to(root).as_posix(), file.read_text("utf-8"))
        self._lines = self._page.text.splitlines(keepends=True)
        self._at = 0

    def read(self) -> Page:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            opened = _OPEN.fullmatch(line.strip())
            if opened:
                self._page.fresh += self._listing(opened[1], opened[2] or "")
            elif _FENCE.match(line):
                self._page.fresh += "".join(self._block())
            else:
                self._page.fresh += self._prose(line)
                self._at += 1
        return self._page

    def _listing(self, path: str, name: str) -> str:
        start = self._at
        self._at += 1
        old = ""
        while self._at < len(self._lines) and self._lines[self._at].strip() != _CLOSE:
            if _OPEN.fullmatch(self._lines[self._at].strip()):
                break
            fence = _FENCE.match(self._lines[self._at])
            for line in self._block() if fence else self._next():
                old += line
        if self._at == len(self._lines) or self._lines[self._at].strip() != _CLOSE:
            self._say(self._page.problems, start, f"this listing is not closed by {_CLOSE}")
            return self._lines[start] + old
        close = self._lines[self._at]
        self._at += 1
        try:
            new = fenced(listing(self._root, path, name), Path(path).suffix)
        except NoSuchListing as problem:
            self._say(self._page.problems, start, str(problem))
            return self._lines[start] + old + close
        if new != old:
            self._say(self._page.stale, start, f"the listing of {name or path} is stale")
        return self._lines[start] + new + close

    def _next(self) -> Iterator[str]:
        yield self._lines[self._at]
        self._at += 1

    def _block(self) -> Iterator[str]:
        """The lines of a fenced block, to its closing fence or the end."""
        start, match = self._at, _FENCE.match(self._lines[self._at])
        fence = match[1] if match else ""
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip("\r\n")
            yield from self._next()
            bare = line.strip()
            if self._at > start + 1 and bare and set(bare) == {fence[0]} and len(bare) >= len(fence):
                return

    def _prose(self, line: str) -> str:
        for figure in _FIGURE.finditer(line):
            self._figure(figure[1], figure[2])
        fresh = _NUMBER.sub(self._number, line)
        if loose := _LOOSE.search(_NUMBER.sub("", line)):
            self._say(self._page.problems, self._at, f"{loose[0]!r} is not one of a pair that this book knows")
        return fresh

    def _number(self, match: re.Match[str]) -> str:
        path, spec, old = match[1], match[2] or "", match[3]
        try:
            new = format(_look_up(self._results(), path), spec)
        except (LookupError, ValueError, TypeError) as problem:
            where = f"notebooks/{self._file.stem}.json"
            said = problem.args[0] if problem.args else problem
            self._say(self._page.problems, self._at, f"{path} in {where}: {said}")
            return match[0]
        if new != old:
            self._say(self._page.stale, self._at, f"{path} is {new}, the text says {old or 'nothing'}")
        return match[0].removesuffix(f"{old}<!-- /n -->") + new + "<!-- /n -->"

    def _results(self) -> Any:
        file = self._root / "notebooks" / f"{self._file.stem}.json"
        try:
            return json.loads(file.read_text("utf-8"))
        except OSError:
            raise LookupError("there is no such file: `make record` writes it") from None

    def _figure(self, alt: str, link: str) -> None:
        if "://" in link:
            return
        if not alt.strip():
            self._say(self._page.problems, self._at, f"the figure {link} has no text that says what it shows")
        if not (self._file.parent / link).is_file():
            self._say(self._page.problems, self._at, f"the figure {link} does not exist")

    def _say(self, to: list[str], line: int, text: str) -> None:
        to.append(f"{self._page.path}:{line + 1}: {text}")


def _look_up(results: Any, path: str) -> int | float | str:
    """The number or text at a dotted path; lists are indexed by number. LookupError says what is there."""
    found, gone = results, ""
    for key in path.split("."):
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            there = list(found) if isinstance(found, dict) else f"a {type(found).__name__}"
            raise LookupError(f"no {key!r} under {gone.lstrip('.') or 'the top'}, only {there}")
        gone += f".{key}"
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        raise LookupError(f"is a {type(found).__name__}, expected a number or a text")
    return found
