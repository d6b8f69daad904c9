"""Writing a file in one step: half a file would be taken for a whole one."""

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """As UTF-8, with the line ends that the text has. Folders are made where they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(text.encode())
    draft.replace(path)
