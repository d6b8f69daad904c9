"""A whole set-up, for real: from nothing, interrupted, moved."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]


def setup(folder: Path) -> subprocess.Popen[str]:
    command = ["make", "--no-print-directory", "setup", f"PYTHON={sys.executable}"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True, start_new_session=True)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_an_interrupted_set_up_is_completed_by_the_next(tmp_path: Path) -> None:
    """Killed while it installs, it starts again and ends whole; then `minigram` runs, and nothing is left to do.

    Then one package is added to the environment's wishes, and the clone gets another name: both are noticed.
    """
    folder = tmp_path / "first place"
    leave = shutil.ignore_patterns(".git", ".venv", "build", "work", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(CLONE, folder, ignore=leave)

    first = setup(folder)
    assert first.stdout
    for line in first.stdout:
        if "packages …" in line:
            break
    os.killpg(first.pid, signal.SIGKILL)
    first.wait(30)
    assert not (folder / ".venv" / "ready").exists()

    second = setup(folder)
    said, errors = second.communicate()
    assert second.returncode == 0, errors
    assert "Set up." in said
    minigram = [str(folder / ".venv" / "bin" / "minigram"), "--help"]
    assert "minigram" in subprocess.run(minigram, capture_output=True, text=True, check=True).stdout
    check = [str(folder / ".venv" / "bin" / "python"), "-m", "pip", "check"]
    assert subprocess.run(check, capture_output=True, text=True).returncode == 0
    assert setup(folder).communicate() == ("", "")

    (folder / "pyproject.toml").write_text((folder / "pyproject.toml").read_text() + "# changed\n")
    said, _ = setup(folder).communicate()
    assert "up to date" in said
    moved = folder.rename(tmp_path / "second place")
    said, _ = setup(moved).communicate()
    assert str(moved / ".venv") in said
