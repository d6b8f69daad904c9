"""A headless Chromium of this machine, driven over WebDriver; nothing is downloaded."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

PHONE, DESKTOP = (390, 844), (1280, 860)

# No sandbox: it needs rights that a container does not give, and the only pages that are opened are our own. The
# others keep the browser from calling anybody but them.
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run --disable-sync
    --disable-background-networking --disable-component-update --hide-scrollbars""".split()


def missing() -> str | None:
    """What keeps a browser from being driven here; None where nothing does."""
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        return "no Chromium on this machine (Debian: apt install chromium chromium-driver)"
    if not shutil.which("chromedriver"):
        return "no chromedriver on this machine (Debian: apt install chromium-driver)"
    return None


@contextmanager
def chromium(size: tuple[int, int], javascript: bool = True) -> Iterator[Chrome]:
    """A browser with a window of this size; a narrow one is a phone's."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for flag in FLAGS:
        options.add_argument(flag)
    if not javascript:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with TemporaryDirectory() as its_own:
        driver = ChromeService(shutil.which("chromedriver"), env={**os.environ, "TMPDIR": its_own})
        browser = Chrome(options, driver)
        processes = psutil.Process(driver.process.pid).children(recursive=True)
        try:
            resize(browser, size)
            browser.set_page_load_timeout(60)
            yield browser
        finally:
            browser.quit()
            psutil.wait_procs(processes, timeout=10)  # until then they make directories anew


def resize(browser: Chrome, size: tuple[int, int]) -> None:
    """Show pages in a window of this size from now on."""
    width, height = size
    tell(
        browser,
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )


def tell(browser: Chrome, command: str, arguments: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Say something over Chromium's own protocol, and return what it answers."""
    answer: dict[str, Any] = browser.execute_cdp_cmd(command, dict(arguments or {}))
    return answer
