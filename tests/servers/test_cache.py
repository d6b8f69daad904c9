"""Prepared data directories: made once, never shared by what differs, never half."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from minigram.lab.running import running
from minigram.lab.servers import cache
from minigram.lab.servers.postgres import Postgres

from .small import Notes, Twice
from .test_cleanup import ROOT


def kept(own_cache: Path) -> list[Path]:
    return sorted((own_cache / "postgres").glob("[!.]*"))


def test_a_directory_is_prepared_once(native: None, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second start copies what the first has prepared, and has passwords of its own all the same."""
    with running(Notes) as first:
        password = first.servers["main"].url
    assert len(kept(own_cache)) == 1
    monkeypatch.setattr(Postgres, "_prepare", lambda *_: pytest.fail("prepared again"))
    with running(Notes) as second:
        assert second.servers["main"].url != password


def test_different_setups_have_different_directories(native: None, own_cache: Path) -> None:
    """Two servers with different tables are prepared apart, at the same time."""
    with running(Twice):
        assert len(kept(own_cache)) == 2


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


@pytest.mark.parametrize("damage", ["cut", "missing", "unreadable"])
def test_a_damaged_directory_is_prepared_anew(native: None, own_cache: Path, damage: str) -> None:
    """After a full disk or a power cut, what was kept is not what was made: it is not used."""
    with running(Notes):
        pass
    (directory,) = kept(own_cache)
    data = directory / "content" / "data"
    if damage == "cut":
        os.truncate(next((data / "base").glob("*/1259")), 8192)
    elif damage == "missing":
        shutil.rmtree(data / "global")
    else:
        (directory / "content.json").write_text("{")
    with running(Notes) as found, psycopg.connect(found.servers["main"].url) as connection:
        connection.execute("SELECT body FROM note")
    assert [path != directory or (path / "content" / "data" / "global").exists() for path in kept(own_cache)] == [True]


def test_what_was_not_used_for_longest_goes_first(own_cache: Path, tmp_path: Path) -> None:
    """The cache does not grow without end."""
    for number in range(cache.KEPT + 3):
        target = tmp_path / f"copy-{number}"
        cache.prepared("things", f"thing-{number:02}", target, target.mkdir)
        os.utime(own_cache / "things" / f"thing-{number:02}", (number, number))
    cache.tidy(own_cache / "things")
    left = sorted(path.name for path in (own_cache / "things").iterdir())
    assert left == [f"thing-{number:02}" for number in range(3, cache.KEPT + 3)]
