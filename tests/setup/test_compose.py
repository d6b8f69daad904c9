"""The compose file: one service that only this machine can reach, and no bind mount."""

import json
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

CLONE = Path(__file__).resolve().parents[2]


def read(*compose: str) -> Any:
    """What this compose makes of the file."""
    said = subprocess.run([*compose, "config"], cwd=CLONE, capture_output=True, text=True, timeout=60)
    assert said.returncode == 0, said.stderr
    assert "warning" not in said.stderr.lower()
    return import_module("yaml").safe_load(said.stdout)


def there_is(*compose: str) -> bool:
    program = shutil.which(compose[0])
    return bool(program) and subprocess.run([*compose, "version"], capture_output=True).returncode == 0


def test_compose_reads_the_file_as_it_is_meant() -> None:
    """JupyterLab is published on 127.0.0.1 alone, and the student's work is in a volume that Docker manages.

    Both the old docker-compose and the new plugin read it so, where they are.
    """
    found = [compose for compose in (("docker-compose",), ("docker", "compose")) if there_is(*compose)]
    if not found:
        pytest.skip("there is neither docker-compose nor docker compose on this machine")
    for compose in found:
        file = read(*compose)
        [service] = file["services"].values()
        [port] = service["ports"]
        assert "127.0.0.1" in json.dumps(port)
        assert "8888" in json.dumps(port)
        [volume] = service["volumes"]
        assert "work" in json.dumps(volume)
        assert "work" in file["volumes"], "a named volume: data on a bind mount breaks on Windows and macOS"
