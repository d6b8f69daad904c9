"""The whole story, as people see it in their browsers."""

from pathlib import Path

import pytest

from minigram.lab.running import Running
from tests.browser.chromium import DESKTOP, PHONE, chromium
from tests.browser.person import PASSWORD, Person

SCREENS = [
    pytest.param(PHONE, True, id="phone", marks=pytest.mark.slow),
    pytest.param(DESKTOP, True, id="desktop"),
    pytest.param(PHONE, False, id="phone-without-javascript"),
]


@pytest.mark.parametrize(("size", "javascript"), SCREENS)
def test_from_signing_up_to_deleting(live: Running, photo: Path, size: tuple[int, int], javascript: bool) -> None:
    """Two people meet: one posts, the other follows, likes, comments and takes it back; then all is deleted."""
    with chromium(size, javascript) as browser:
        if not javascript:
            browser.get("data:text/html,<title>off</title><script>document.title='on'</script>")
            assert browser.title == "off"
        ann = Person(browser, live.url).join()
        where = ann.post(photo, "Dawn over the ridge #hills")
        ann.see("#hills")
        ann.press("Log out")
        ann.see("You are logged out.")

        bob = Person(browser, live.url).join()
        bob.see("Your feed is empty")
        bob.press("Find people to follow")
        bob.press(f"Photo by {ann.name}: Dawn over the ridge #hills")
        assert bob.path == where
        bob.press(ann.name)
        bob.press(f"Follow {ann.name}")
        bob.see("1 follower")
        assert bob.has(f"Unfollow {ann.name}")

        bob.open("/")
        bob.see("Dawn over the ridge #hills")
        bob.press(f"Like the photo by {ann.name}: 0 likes")
        assert bob.path.startswith("/#photo-")
        assert bob.has(f"Take back your like of the photo by {ann.name}: 1 like")

        bob.press(f"0 comments on the photo by {ann.name}")
        bob.type("Your comment", "What a light, @" + ann.name)
        bob.press("Comment")
        bob.see("1 comment")
        assert bob.path.startswith(f"{where}#comment-")
        bob.press(f"Delete the comment by {bob.name}")
        bob.see("The comment is deleted.")
        bob.see("No comments yet")
        bob.press(f"Take back your like of the photo by {ann.name}")
        assert bob.has(f"Like the photo by {ann.name}: 0 likes")
        assert not bob.has("Delete this photo")
        bob.press("Log out")

        ann.log_in(ann.name)
        ann.open(where)
        ann.unfold("Delete this photo")
        ann.press("Delete for good")
        ann.see("Your photo is deleted.")
        ann.see("You have not posted anything yet.")
        ann.open(where)
        ann.see("Nothing here")
        ann.open("/settings")
        ann.unfold("Delete your account")
        ann.type("Your password", PASSWORD)
        ann.press("Delete my account for good")
        ann.see("Your account and all that belonged to it are deleted.")


@pytest.mark.parametrize("megabytes", [11, 40])
def test_a_photo_that_is_too_big_is_told_in_words(somebody: Person, tmp_path: Path, megabytes: int) -> None:
    """The browser gets to see the page that says so, although it was still sending."""
    big = tmp_path / "big.jpg"
    with big.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    somebody.join()
    somebody.press("Post")
    somebody.type("Photo", str(big))
    somebody.type("Caption (optional)", "kept")
    somebody.send()
    somebody.see("That is too big")
    somebody.browser.back()
    assert somebody.find("Caption (optional)").get_property("value") == "kept"


def test_what_is_wrong_is_said_where_it_is_wrong(somebody: Person, tmp_path: Path) -> None:
    """The keyboard stands in the field that is wrong, and what was typed is still there."""
    text = tmp_path / "notes.jpg"
    text.write_text("just some words")
    somebody.join()
    somebody.press("Post")
    somebody.type("Photo", str(text))
    somebody.type("Caption (optional)", "kept <b>as typed</b>")
    somebody.send()
    somebody.see("not a whole JPEG, PNG or WebP image")
    assert somebody.browser.title.startswith("Problem: ")
    assert somebody.browser.switch_to.active_element.accessible_name == "Photo"
    assert somebody.find("Caption (optional)").get_property("value") == "kept <b>as typed</b>"
