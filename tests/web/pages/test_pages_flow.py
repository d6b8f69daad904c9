"""What people do, page by page."""

from collections.abc import Callable

from minigram.lab.counters import counting
from minigram.lab.running import Running
from tests.web.pages.visitor import PASSWORD, Visitor, words

Join = Callable[[], Visitor]


def test_a_photo_goes_from_upload_to_feed_to_deletion(join: Join) -> None:
    """Followers see a photo in their feed, like it and talk about it, until its author deletes it."""
    ann, bob = join(), join()
    photo = ann.new_photo("Dawn with @bob.b #hills")
    assert bob.post(f"/people/{ann.name}/follow").location == f"/people/{ann.name}"
    assert "1 follower " in words(bob.get(f"/people/{ann.name}"))
    feed = bob.get("/").text
    assert f'href="{photo}"' in feed
    assert '<span class="tag">#hills</span>' in feed and '<a href="/people/bob.b">@bob.b</a>' in feed
    assert bob.post(f"{photo}/like", next="/#here").location == "/#here"
    assert bob.post(f"{photo}/like").status_code == 303
    assert "1 like " in words(bob.get(photo))
    said = bob.post(f"{photo}/comments", text="What a light!")
    assert said.location.startswith(f"{photo}#comment-")
    assert "1 comment " in words(ann.get(photo)) and "What a light!" in words(ann.get(photo))
    bob.post(f"{photo}/unlike")
    assert "0 likes" in words(bob.get(photo))
    assert ann.post(f"{photo}/delete").location == f"/people/{ann.name}"
    assert bob.get(photo).status_code == 404
    assert f'href="{photo}"' not in bob.get("/").text


def test_a_feed_of_twenty_costs_three_statements(bench: Running, join: Join) -> None:
    """Session, whom one follows, and the photos with all that is shown of them: one statement each."""
    ann, bob = join(), join()
    for _ in range(21):
        ann.new_photo("#many")
    bob.post(f"/people/{ann.name}/follow")
    bob.get("/")
    with counting(bench.servers) as counted:
        feed = bob.get("/").text
    assert feed.count("<article") == 20
    assert not counted.doubts and counted["main"]["statements"] == 3 and counted["main"]["control"] == 0


def test_who_brings_no_cookie_costs_no_look_up(bench: Running, visitor: Visitor) -> None:
    """A page for everybody asks who looks only where a cookie says that somebody does."""
    visitor.get("/newest")
    with counting(bench.servers) as counted:
        visitor.get("/newest")
        visitor.get("/health")
        visitor.get("/static/style.css")
        visitor.get("/nothing/here")
    assert counted["main"]["statements"] == 1


def test_pages_continue_where_the_one_before_ended(join: Join) -> None:
    """Twenty photos a page, each shown once, and a last page that leads back."""
    ann = join()
    posted = [ann.new_photo() for _ in range(23)]
    first = ann.get(f"/people/{ann.name}").text
    cursor = posted[3].rsplit("/", 1)[1]
    assert f'href="?before={cursor}"' in first
    second = ann.get(f"/people/{ann.name}?before={cursor}").text
    shown = [[path for path in posted if f'href="{path}"' in page] for page in (first, second)]
    assert shown == [posted[3:], posted[:3]]
    assert "Older photos" not in second and "Back to the newest" in second


def test_comments_have_pages_too(join: Join) -> None:
    """Fifty a page; who writes the 51st comes to the page that shows it."""
    ann = join()
    photo = ann.new_photo()
    for n in range(50):
        ann.post(f"{photo}/comments", text=f"number {n}.")
    assert "More comments" not in ann.get(photo).text
    last = ann.post(f"{photo}/comments", text="the fifty-first")
    assert "after=" in last.location and "the fifty-first" in ann.get(last.location).text
    assert "the fifty-first" not in ann.get(photo).text and "More comments" in ann.get(photo).text


def test_an_account_goes_with_all_that_belongs_to_it(join: Join, visitor: Visitor) -> None:
    """The password is asked for; afterwards profile and photos are gone, and so is the session."""
    ann = join()
    photo = ann.new_photo()
    refused = ann.post("/settings/delete", password="wrong")
    assert refused.status_code == 422 and "This is not your password" in words(refused)
    assert ann.post("/settings/delete", password=PASSWORD).location == "/"
    assert visitor.get(photo).status_code == visitor.get(f"/people/{ann.name}").status_code == 404
    assert ann.get("/settings").location.startswith("/log-in")


def test_a_profile_is_edited_and_what_does_not_fit_is_kept(join: Join) -> None:
    """A bio that is too long comes back with the reason beside it, and as it was typed."""
    ann = join()
    refused = ann.post("/settings", full_name="Ann", bio="x" * 151)
    assert refused.status_code == 422 and "x" * 151 in refused.text
    assert 'aria-describedby="bio-hint bio-problem"' in refused.text and 'href="#bio"' in refused.text
    ann.post("/settings", full_name="Ann Lee", bio="Hills.")
    assert "Ann Lee" in words(ann.get(f"/people/{ann.name}"))


def test_empty_pages_say_what_to_do(join: Join) -> None:
    """Who has nothing to see is told how that changes."""
    ann = join()
    assert "Find people to follow" in words(ann.get("/"))
    assert "Post your first photo" in words(ann.get(f"/people/{ann.name}"))
    assert "You have seen everything" in words(ann.get("/?before=1"))
