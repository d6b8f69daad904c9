"""Small repositories to try the classroom on: made-up chapters, so that these tests name no real one."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


def stem(number: int, name: str) -> str:
    return f"ch{number:02d}_{name}"


def manifest(title: str, *globs: str) -> str:
    return f'title = "{title}"\nfiles = {list(globs)}\n'


def chapter(number: int, name: str) -> dict[str, str]:
    """A made-up chapter: its manifest, a stage and a page of its own."""
    its = stem(number, name)
    return {
        f"chapters/{its}.toml": manifest(f"The {name}", f"chapters/{its}.*", f"minigram/stages/{its}.py"),
        f"chapters/{its}.md": f"# {name}\n",
        f"minigram/stages/{its}.py": f"NUMBER = {number}\n",
    }


COMMON = {
    "chapters/common.toml": 'files = ["chapters/common.toml", ".gitattributes", "Makefile", "docs/**"]\n',
    ".gitattributes": "* text=auto eol=lf\n",
    "Makefile": "run:\n\ttrue\n",
    "docs/Grüße.md": "Grüße\n",
}


def write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())


class Clone:
    """A git repository in a folder, with nobody's configuration but its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def new(cls, folder: Path) -> "Clone":
        folder.mkdir(parents=True)
        made = cls(folder)
        made.git("init", "-q", "-b", "main")
        return made

    def git(self, *words: str) -> str:
        env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.invalid")
        done = subprocess.run(
            ["git", *who, *words], cwd=self.folder, env=env, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str]) -> None:
        write(self.folder, files)
        self.git("add", "-A")
        self.git("commit", "-q", "--no-gpg-sign", "-m", "work")

    def clone(self, folder: Path, *words: str) -> "Clone":
        self.git("clone", "-q", "--no-tags", *words, str(self.folder), str(folder))
        return Clone(folder)

    def tags(self) -> dict[str, str]:
        refs = self.git("for-each-ref", "--format=%(refname:strip=2) %(objectname)", "refs/tags").split()
        return dict(zip(refs[::2], refs[1::2], strict=True))
