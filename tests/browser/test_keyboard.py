"""Everything can be done with the keyboard alone, and it always shows where the keyboard is."""

from pathlib import Path

from selenium.webdriver.common.keys import Keys

from minigram.lab.running import Running
from tests.browser.chromium import DESKTOP, PHONE, chromium
from tests.browser.person import PASSWORD, Person


def test_the_first_stop_skips_to_the_content(somebody: Person) -> None:
    """Tab, Enter, Tab: past the navigation to what the page is about."""
    somebody.open("/log-in")
    somebody.keys(Keys.TAB)
    skip = somebody.browser.switch_to.active_element
    assert skip.accessible_name == "Skip to content" and skip.rect["x"] >= 0
    somebody.keys(Keys.ENTER)
    somebody.keys(Keys.TAB)
    assert somebody.browser.switch_to.active_element.accessible_name == "Name or e-mail address"


def test_the_story_with_the_keyboard_alone(live: Running, photo: Path) -> None:
    """Sign up, post, follow, like, comment and delete without a mouse; only the file comes from the system's dialog."""
    with chromium(DESKTOP) as browser, chromium(PHONE) as phone:
        ann, bob = Person(browser, live.url), Person(phone, live.url)
        for person, name in ((ann, "keys_ann"), (bob, "keys_bob")):
            person.open("/")
            person.tab_to("Sign up")
            person.activate()
            person.tab_to("Name")
            person.keys(name, Keys.TAB, f"{name}@example.com")
            person.tab_to("Password")
            person.keys(PASSWORD)
            person.activate()
            person.see(f"Welcome, {name}")

        ann.tab_to("Post")
        ann.activate()
        ann.tab_to("Photo").send_keys(str(photo))
        ann.tab_to("Caption")
        ann.keys("By key")
        ann.tab_to("Post")
        ann.activate()
        ann.see("Your photo is posted.")

        bob.open("/people/keys_ann")
        bob.tab_to("Follow")
        bob.activate()
        bob.tab_to("Home")
        bob.activate()
        bob.tab_to("Like the photo by keys_ann: 0 likes")
        bob.activate(Keys.SPACE)
        assert bob.has("Take back your like of the photo by keys_ann: 1 like")
        bob.tab_to("0 comments")
        bob.activate()
        bob.tab_to("Your comment")
        bob.keys("Well seen")
        bob.tab_to("Comment")
        bob.activate()
        bob.tab_to("Delete the comment by keys_bob")
        bob.activate(Keys.SPACE)
        bob.see("The comment is deleted.")

        ann.tab_to("Delete this photo")
        ann.keys(Keys.ENTER)
        ann.tab_to("Delete for good")
        ann.activate()
        ann.see("Your photo is deleted.")
