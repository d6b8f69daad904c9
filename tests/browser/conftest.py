"""Browsers before the newest stage, which runs as it does for people."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from minigram.lab.pictures import landscape
from minigram.lab.running import Running
from tests.browser.chromium import DESKTOP, chromium, missing
from tests.browser.person import Person


@pytest.fixture(scope="session", autouse=True)
def _browser_or_reason() -> None:
    """Without a browser these tests are skipped, and say so; with one they run, or fail."""
    if reason := missing():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG file, as a camera would have left it."""
    path = tmp_path_factory.mktemp("camera") / "IMG_0001.jpg"
    path.write_bytes(landscape(7))
    return path


@pytest.fixture
def somebody(live: Running) -> Iterator[Person]:
    """A person before a desktop browser, not logged in."""
    with chromium(DESKTOP) as browser:
        yield Person(browser, live.url)
