"""The chapter's table of the reads that must never be stale is that of the source."""

import ast
import re
from pathlib import Path

import minigram

ROOT = Path(minigram.__file__).parents[1]
APP = ("databases", "directory.py", "media", "outbox", "repair", "sessions", "social", "web")


def test_the_table_has_every_file_that_reads_fresh() -> None:
    """A file is in the table if, and only if, it reads of something that is `fresh`."""
    text = (ROOT / "chapters" / "ch04_replicas.md").read_text()
    said = set(re.findall(r"^\| `(minigram/[\w/]+\.py)` \|", text, re.MULTILINE))
    files = [found for name in APP for found in (ROOT / "minigram").glob(f"{name}/**/*.py")]
    files += [ROOT / "minigram" / name for name in APP if name.endswith(".py")]
    reading = {str(file.relative_to(ROOT)) for file in files if "replicated" not in file.parts and _asks(file)}
    assert said == reading


def _asks(file: Path) -> bool:
    nodes = ast.walk(ast.parse(file.read_text()))
    return any(isinstance(node, ast.Attribute) and node.attr == "fresh" for node in nodes)
