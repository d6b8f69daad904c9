"""Every test of servers runs on each provider that this machine has."""

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from minigram.lab import LabError
from minigram.lab.running import Running, running
from minigram.lab.servers.container import NoEngine, engine, pull
from minigram.lab.servers.native import programs
from minigram.lab.servers.postgres import Postgres
from minigram.lab.servers.provider import VARIABLE

from .small import Notes


@cache
def absence(provider: str) -> str | None:
    """Why tests on that provider are skipped. An engine without the image is a failure, not a reason."""
    try:
        if provider == "native":
            programs("postgres", Postgres.software)
        else:
            engine()
            pull(Postgres)
    except NoEngine as error:
        return str(error)
    except LabError as error:
        if provider == "docker":
            raise
        return str(error)
    return None


@pytest.fixture(scope="module", params=["native", "docker"])
def provider(request: pytest.FixtureRequest) -> Iterator[str]:
    """The provider, chosen as a user chooses it."""
    name = str(request.param)
    reason = absence(name)
    if reason:
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, name)
        yield name


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what only the native provider does."""
    reason = absence("native")
    if reason:
        pytest.skip(reason)
    monkeypatch.setenv(VARIABLE, "native")


@pytest.fixture(scope="module")
def notes(provider: str) -> Iterator[Running]:
    """A stage that runs, for tests that leave it as it was."""
    with running(Notes) as found:
        yield found


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache directory, which the user that root's servers run as may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setenv("XDG_CACHE_HOME", folder)
        yield Path(folder) / "minigram"
