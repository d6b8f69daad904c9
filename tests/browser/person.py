"""Somebody in front of a browser."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PASSWORD = "correct horse battery"

WAIT = 20
"""How many seconds a page may take on a busy machine."""

CONTROLS = "a, button, summary, textarea, input:not([type=hidden])"

T = TypeVar("T")

_numbers = itertools.count(1)


class Person:
    """Does what people do: presses what is called so, and types into what is labelled so."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self.browser, self.url = browser, url
        self.name = ""

    def open(self, path: str) -> None:
        self.browser.get(self.url + path)

    @property
    def path(self) -> str:
        return self.browser.current_url.removeprefix(self.url)

    @property
    def page(self) -> str:
        """All that the page shows."""
        return self.browser.find_element(By.TAG_NAME, "body").text

    def find(self, name: str) -> WebElement:
        """The link, button, disclosure or field of which this is the accessible name, or its beginning."""
        return self._wait(lambda: self._look(name), f"nothing on {self.path} is called {name!r}")

    def has(self, name: str) -> bool:
        """Whether there is one now."""
        return self._look(name) is not None

    def see(self, text: str) -> None:
        """The page shows this, or will within some seconds."""
        self._wait(lambda: text in self.page, f"{self.path} does not show {text!r}")

    def press(self, name: str) -> None:
        """Click on what leads to another page, and wait until that is there."""
        self._leave(self.find(name), self._click)

    def send(self) -> None:
        """Press the button of the page's form."""
        button = self.browser.find_element(By.CSS_SELECTOR, "main form button")
        self._leave(button, self._click)

    def unfold(self, name: str) -> None:
        """Click on what shows more of the same page."""
        self._click(self.find(name))

    def type(self, name: str, text: str) -> None:
        self.find(name).send_keys(text)

    def join(self) -> "Person":
        """Sign up, by the form that the welcome page leads to."""
        self.name = f"person_{next(_numbers)}"
        self.open("/")
        self.press("Sign up")
        self.type("Name", self.name)
        self.type("E-mail address", f"{self.name}@example.com")
        self.type("Password", PASSWORD)
        self.send()
        self.see(f"Welcome, {self.name}")
        return self

    def log_in(self, who: str) -> None:
        self.press("Log in")
        self.type("Name or e-mail address", who)
        self.type("Password", PASSWORD)
        self.send()
        self.name = who

    def post(self, photo: Path, caption: str = "") -> str:
        """Post a photo; the path of its page."""
        self.press("Post")
        self.type("Photo", str(photo))
        if caption:
            self.type("Caption (optional)", caption)
        self.send()
        self.see("Your photo is posted.")
        return self.path

    def tab_to(self, name: str) -> WebElement:
        """Press Tab until the keyboard is at what is called so, or begins so, and see that it shows."""
        passed: list[str] = []
        for _ in range(80):
            self.keys(Keys.TAB)
            at = self.browser.switch_to.active_element
            if at.accessible_name.startswith(name):
                assert at.value_of_css_property("outline-style") != "none", f"{name!r} does not show its focus"
                return at
            passed.append(at.accessible_name)
        raise AssertionError(f"Tab does not lead to {name!r} on {self.path}; it led to {passed}")

    def activate(self, key: str = Keys.ENTER) -> None:
        """Press a key on what leads to another page, and wait until that is there."""
        self._leave(self.browser.switch_to.active_element, lambda _: self.keys(key))

    def keys(self, *keys: str) -> None:
        """Press keys where the keyboard is."""
        ActionChains(self.browser).send_keys(*keys).perform()

    def _click(self, control: WebElement) -> None:
        """Scroll as people do, to where nothing stands in front of it, and click."""
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", control)
        control.click()

    def _leave(self, control: WebElement, act: Callable[[WebElement], None]) -> None:
        name, path = control.accessible_name, self.path
        act(control)

        def left() -> bool:
            try:
                control.is_enabled()
            except WebDriverException:  # it belongs to a page that is no more
                return True
            return False

        self._wait(left, f"{name!r} on {path} leads nowhere")

    def _look(self, name: str) -> WebElement | None:
        controls = self.browser.find_elements(By.CSS_SELECTOR, CONTROLS)
        names = [control.accessible_name for control in controls]
        exact = [control for control, called in zip(controls, names, strict=True) if called == name]
        begin = [control for control, called in zip(controls, names, strict=True) if called.startswith(name)]
        return next(iter(exact + begin), None)

    def _wait(self, until: Callable[[], T | None], else_: str) -> T:
        waiting = WebDriverWait(self.browser, WAIT, ignored_exceptions=[WebDriverException])
        return cast(T, waiting.until(lambda _: until(), f"{else_}, not within {WAIT} seconds"))
