"""Write requirements.txt: one exact version for everything that pyproject.toml asks for, and for what that needs.

What is locked already stays; `make lock` moves only what it must. To take newer versions, delete their lines first.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
LOCK = HOME / "requirements.txt"
OLDEST = "3.11.2"
"""The oldest Python that the lock serves: Debian 12's. Some packages leave even its patch releases behind."""


def main() -> None:
    """Resolve for the oldest Python, and write plain `name==version` lines, sorted. Installs nothing."""
    wanted = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]["dependencies"]
    before = LOCK.read_text().splitlines() if LOCK.exists() else []
    with tempfile.TemporaryDirectory() as folder:
        report, kept = Path(folder) / "report.json", Path(folder) / "kept.txt"
        kept.write_text("\n".join(before))
        options = ["--quiet", "--dry-run", "--ignore-installed", "--report", report, "--constraint", kept]
        oldest = ["--python-version", OLDEST, "--only-binary=:all:", "--target", folder]
        command = [sys.executable, "-m", "pip", "install", *options, *oldest, *wanted]
        if subprocess.run(command).returncode:
            sys.exit("Nothing was locked; pip's reason is above.")
        found = [item["metadata"] for item in json.loads(report.read_text())["install"]]
    lines = sorted((f"{package['name']}=={package['version']}" for package in found), key=str.lower)
    LOCK.write_text("\n".join(lines) + "\n")
    print(f"{LOCK.name}: {len(lines)} packages, {len(set(lines) - set(before))} new or changed")


if __name__ == "__main__":
    main()
