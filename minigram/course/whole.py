"""Writing a file in one step: half a file, left by an interruption, would be taken for a whole one."""

from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Folders are made where they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    draft.replace(path)
