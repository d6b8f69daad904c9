"""Every page can be used by those who do not see it, or not well, on any screen."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from minigram.lab.running import Running
from tests.browser.audit import colours, faults
from tests.browser.chromium import DESKTOP, PHONE, chromium, resize
from tests.browser.person import Person

SCREENS = {"phone": PHONE, "desktop": DESKTOP, "a page enlarged four times": (320, 256)}

PAGES = ["/", "/newest", "/photos/new", "/settings", "/people/{name}", "/photos/{photo}", "/nothing"]

FAULTY = """
<html><title>x</title><style>p { color: #999; background: #fff } button { width: 9px; height: 9px; padding: 0 }</style>
<h1>One</h1><h3>Three</h3><img src="x"><input><p>pale</p><button id="a"></button><a href="#nowhere" id="a">on</a>
<input name="email" aria-label="E-mail" aria-invalid="true" aria-describedby="gone">
<div style="width: 2000px">wide</div>
"""


@pytest.fixture(scope="module")
def ann(live: Running, photo: Path) -> Iterator[Person]:
    """Somebody with photos, a like and comments."""
    with chromium(DESKTOP) as browser:
        person = Person(browser, live.url).join()
        person.post(photo)
        person.post(photo, "A caption that goes on. " * 30 + "#hills")
        person.type("Your comment", "From the author, with @" + person.name)
        person.press("Comment")
        person.press("Like the photo")
        yield person


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("page", PAGES)
def test_pages_are_accessible(ann: Person, page: str, screen: str) -> None:
    """Names, headings, landmarks, contrast in both colour schemes, sizes: nothing is wrong with any of them."""
    if "{photo}" in page:
        ann.open("/people/" + ann.name)
        ann.press(f"Photo by {ann.name}: A caption")
        page = ann.path
    resize(ann.browser, SCREENS[screen])
    for scheme in ("light", "dark"):
        colours(ann.browser, scheme)
        ann.open(page.format(name=ann.name))
        assert faults(ann.browser) == [], f"{page} on {screen}, {scheme}"


@pytest.mark.parametrize("page", ["/", "/newest", "/log-in", "/sign-up", "/people/{name}", "/api/"])
def test_pages_for_everybody_are_accessible(somebody: Person, ann: Person, page: str) -> None:
    """What is shown to those who have not logged in is no worse."""
    for size in SCREENS.values():
        resize(somebody.browser, size)
        somebody.open(page.format(name=ann.name))
        assert faults(somebody.browser) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_form_that_was_refused_is_accessible(somebody: Person, scheme: str) -> None:
    """The problem is tied to its field."""
    colours(somebody.browser, scheme)
    somebody.open("/sign-up")
    for field, typed in (("Name", "No Name"), ("E-mail address", "a@example.com"), ("Password", "12345678")):
        somebody.type(field, typed)
    somebody.send()
    somebody.see("There is a problem")
    assert faults(somebody.browser) == []


def test_the_audit_finds_what_is_wrong(somebody: Person) -> None:
    """A page with a fault of each kind is told all of them: no clean bill means nothing."""
    somebody.browser.get("data:text/html," + quote(FAULTY))
    found = "\n".join(faults(somebody.browser))
    for fault in (
        "a button without a name", "a textbox without a name", "a image without a name",
        "level 3 follows one of level 1", "0 landmarks of the role main", "nothing says why email is wrong",
        'contrast 2.8 of "pale"', "only 9 x 9 pixels", "two elements have the id a", "#gone, which is not there",
        "#nowhere, which is not there", "pixels wide in a window", "the language is not told",
    ):  # fmt: skip
        assert fault in found
