"""Prepared data directories: made once, never shared by what differs, never half."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from minigram.lab.running import running
from minigram.lab.servers import cache
from minigram.lab.servers.postgres import Postgres

from .small import Notes, Twice
from .test_cleanup import ROOT


def kept(own_cache: Path) -> list[Path]:
    return sorted((own_cache / "postgres").glob("[!.]*"))


def test_a_directory_is_prepared_once(native: None, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setup has its own; the next start copies it, and has passwords of its own all the same."""
    with running(Twice) as first:
        password = first.servers["main"].url
    assert len(kept(own_cache)) == 2
    monkeypatch.setattr(Postgres, "_prepare", lambda *_: pytest.fail("prepared again"))
    with running(Notes) as second:
        assert second.servers["main"].url != password


def test_two_runs_at_once_prepare_without_harm(native: None, own_cache: Path) -> None:
    """Both work, and one directory is kept."""
    both = [
        subprocess.Popen([sys.executable, "-m", "tests.servers.holder", "Notes", "raise"], cwd=ROOT,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]  # fmt: skip
    for popen in both:
        _, told = popen.communicate(timeout=60)
        assert "as a test or a notebook does" in told, told
    assert len(kept(own_cache)) == 1


@pytest.mark.parametrize("damage", ["content/data/page", "content/data/empty", "content.json"])
def test_a_damaged_directory_is_prepared_anew(own_cache: Path, tmp_path: Path, damage: str) -> None:
    """After a full disk or a power cut, what was kept is not what was made: it is not used, and made again."""
    prepared = []

    def prepare() -> None:
        prepared.append(tmp_path / "copy" / "data")
        prepared[-1].mkdir(parents=True)
        (prepared[-1] / "page").write_bytes(b"x" * 8192)
        (prepared[-1] / "empty").touch()

    for _ in range(2):
        cache.prepared("things", "thing", tmp_path / "copy", prepare)
    assert len(prepared) == 1
    (own_cache / "things" / "thing" / damage).write_bytes(bytes(8192))
    for _ in range(2):
        cache.prepared("things", "thing", tmp_path / "copy", prepare)
        assert (tmp_path / "copy" / "data" / "page").read_bytes() == b"x" * 8192
    assert len(prepared) == 2


def test_what_was_not_used_for_longest_goes_first(own_cache: Path, tmp_path: Path) -> None:
    """The cache does not grow without end."""
    for number in range(cache.KEPT + 3):
        target = tmp_path / f"copy-{number}"
        cache.prepared("things", f"thing-{number:02}", target, target.mkdir)
        os.utime(own_cache / "things" / f"thing-{number:02}", (number, number))
    cache.tidy(own_cache / "things")
    left = sorted(path.name for path in (own_cache / "things").iterdir())
    assert left == [f"thing-{number:02}" for number in range(3, cache.KEPT + 3)]
