"""The student's copies of what the course gives: brought, brought up to date, and never overwritten once changed."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from minigram.course.whole import write_whole

GIVEN = ".given.json"
"""In the folder of copies: path → hash of what was given, so that a changed copy is told from an old one."""


def bring(clone: Path, work: Path) -> list[str]:
    """Copy notebooks and exercises from `clone` into `work`; a line for each copy that was changed, and so kept.

    A copy that nobody changed follows the course. Where both have changed, the course's is put beside it as
    `name.new.ext`, and the line says so. Nothing is ever removed.
    """
    record = work / GIVEN
    given: dict[str, str] = json.loads(record.read_text()) if record.is_file() else {}
    lines = []
    for source in _sources(clone):
        name = source.relative_to(clone).as_posix()
        copy, fresh = work / name, source.read_bytes()
        if copy.is_file() and _hash(copy.read_bytes()) not in (given.get(name), _hash(fresh)):
            line = f"kept as you left it: work/{name}"
            if given.get(name) != _hash(fresh):
                beside = copy.with_name(f"{copy.stem}.new{copy.suffix}")
                write_whole(beside, fresh)
                line += f" (the course has a newer one: {beside.name}, beside it)"
            lines.append(line)
        elif not copy.is_file() or copy.read_bytes() != fresh:
            write_whole(copy, fresh)
        given[name] = _hash(fresh)
    work.mkdir(exist_ok=True)
    record.write_text(json.dumps(given, indent=1, sort_keys=True) + "\n")
    return lines


def _sources(clone: Path) -> Iterator[Path]:
    """Notebooks and exercises, without what tools leave beside them."""
    for folder in ("notebooks", "exercises"):
        for path in sorted((clone / folder).rglob("*")):
            inside = path.relative_to(clone).parts
            if path.is_file() and not any(part.startswith((".", "__")) for part in inside):
                yield path


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
