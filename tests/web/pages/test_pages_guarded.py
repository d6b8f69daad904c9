"""What attackers and accidents bring is answered with a page that helps, never with a crash."""

from collections.abc import Callable

import pytest
from flask import Flask

from minigram.lab.running import Running
from tests.web.pages.visitor import PASSWORD, Visitor, words

Join = Callable[[], Visitor]


@pytest.mark.parametrize(
    "path", ["/log-in", "/sign-up", "/log-out", "/photos/new", "/photos/1/like", "/settings/delete"]
)
def test_a_form_from_elsewhere_is_refused(join: Join, path: str) -> None:
    """Without its CSRF token a form changes nothing, and the page says how to send it again."""
    ann = join()
    answer = ann.browser.post(path, data={"handle": ann.name, "password": PASSWORD})
    assert answer.status_code == 400 and "reload the page" in words(answer)
    assert ann.get("/settings").status_code == 200


@pytest.mark.parametrize(
    "cookie", ["nonsense", ".eJw.forged.signature", "eyJ0b2tlbiI6IjEueCJ9.aaaaaa.bbbbbb", "é\udcff", ""]
)
def test_a_forged_cookie_is_no_cookie(visitor: Visitor, cookie: str) -> None:
    """Whoever brings one is logged out."""
    answer = visitor.browser.get("/settings", headers={"Cookie": f"minigram={cookie}"})
    assert answer.status_code == 303 and answer.location == "/log-in?next=/settings"


@pytest.mark.parametrize("token", ["", "1", "1.x", f"1.{'A' * 43}", f"9{'9' * 18}.{'A' * 43}", "0.\0"])
def test_a_token_that_is_none_logs_nobody_in(visitor: Visitor, token: str) -> None:
    """Not even when it is signed, as one is that has been logged out."""
    with visitor.browser.session_transaction() as session:
        session["token"] = token
    assert visitor.get("/settings").status_code == 303
    assert visitor.get("/newest").status_code == 200


def test_logging_in_and_out_changes_the_cookie(app: Flask, join: Join) -> None:
    """Nothing that was in it before is in it after, and an old cookie does not work once logged out."""
    ann = join()
    with ann.browser.session_transaction() as session:
        session["planted"] = "yes"
        before = session["token"]
    kept = ann.browser.get_cookie("minigram")
    ann.post("/log-out")
    ann.name, name = "", ann.name
    ann.post("/log-in", handle=name.upper(), password=PASSWORD)
    with ann.browser.session_transaction() as session:
        assert "planted" not in session and session["token"] != before
    thief = Visitor(app)
    assert kept is not None
    thief.browser.set_cookie("minigram", kept.value)
    assert thief.get("/settings").status_code == 303


def test_what_belongs_to_somebody_else_stays(join: Join, visitor: Visitor) -> None:
    """Another's photo or comment is not deleted: 403, and 404 for one that is not there."""
    ann, bob = join(), join()
    photo = ann.new_photo()
    said = ann.post(f"{photo}/comments", text="mine").location.rsplit("-", 1)[1]
    for path in (f"{photo}/delete", f"{photo}/comments/{said}/delete"):
        answer = bob.post(path)
        assert answer.status_code == 403 and "Only" in words(answer)
    assert "mine" in words(bob.get(photo))
    assert bob.post("/photos/9223372036854775807/delete").status_code == 404
    assert visitor.post(f"{photo}/delete", next=photo).location == f"/log-in?next={photo}"
    assert ann.get(photo).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/photos/0", "/photos/-1", "/photos/9223372036854775808", "/photos/99999999999999999999999",
        "/photos/1%00", "/photos/" + "9" * 5000, "/photos/٣", "/people/a", "/people/%00", "/people/no%00body",
        "/people/nobody.here",
        f"/people/{31 * 'x'}", "/media/../../etc/passwd", f"/media/{'0' * 32}/large.jpg", "/media/x/y.jpg",
        f"/media/{'0' * 32}/%00.jpg", "/%ff", "/nothing",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(visitor: Visitor, path: str) -> None:
    """Whatever the path, the answer is a page that leads on."""
    answer = visitor.get(path)
    assert answer.status_code == 404 and "Newest photos" in words(answer)


@pytest.mark.parametrize("page", ["/?before=", "/newest?before=", "/people/{name}?before=", "/photos/1?after="])
def test_a_cursor_that_is_no_id_is_a_broken_link(join: Join, page: str) -> None:
    """It is told in words, with 400."""
    ann = join()
    for cursor in ("-1", "0", "", "x", "1.5", "%00", "9223372036854775808", "9" * 5000, "٣", "1 OR 1=1"):
        answer = ann.get(page.format(name=ann.name) + cursor)
        assert answer.status_code == 400 and "This link is broken" in words(answer), cursor


def test_an_address_for_buttons_says_so(visitor: Visitor) -> None:
    """405, with what is allowed."""
    answer = visitor.get("/log-out")
    assert answer.status_code == 405 and "use the button" in words(answer) and "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
     "javascript:x", "evil.example", "/\n/evil.example", " /newest", "///evil.example", "/%0d\r\nX: y"],
)  # fmt: skip
def test_after_logging_in_nobody_is_led_away(join: Join, target: str) -> None:
    """Only a path of the app is followed."""
    ann = join()
    ann.post("/log-out")
    ann.name, name = "", ann.name
    answer = ann.post("/log-in", handle=name, password=PASSWORD, next=target)
    assert answer.status_code == 303 and answer.location == "/"


def test_after_logging_in_people_are_where_they_wanted_to_be(join: Join) -> None:
    """The page that asked to log in is the one that follows."""
    ann = join()
    ann.post("/log-out")
    ann.name, name = "", ann.name
    asked = ann.get("/photos/new?x=1")
    assert asked.location == "/log-in?next=/photos/new?x%3D1"
    assert 'name="next" value="/photos/new?x=1"' in ann.get(asked.location).text
    assert ann.post("/log-in", handle=name, password=PASSWORD, next="/photos/new").location == "/photos/new"


def test_every_answer_tells_the_browser_to_be_careful(join: Join) -> None:
    """Pages, errors, images and files alike; images and nothing else are kept for good."""
    ann = join()
    photo = ann.new_photo()
    image = ann.get(photo).text.split('<img src="/media')[1].split('"')[0]
    for path in ("/", photo, "/nothing", "/static/style.css", f"/media{image}", "/health"):
        headers = ann.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self'")
        assert headers["X-Content-Type-Options"] == "nosniff"
    kept = ann.get(f"/media{image}")
    assert kept.mimetype == "image/jpeg" and kept.cache_control.immutable and kept.cache_control.max_age == 31_536_000
    assert ann.get("/").headers["Cache-Control"] == "no-store"
    cookie = ann.browser.get_cookie("minigram")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax"


def test_a_logged_in_name_is_not_told_by_errors(visitor: Visitor, join: Join) -> None:
    """A wrong password and a name that nobody has read the same, and a NUL byte is no name either."""
    ann = join()
    answers = [
        visitor.post("/log-in", handle=h, password="wrong") for h in (ann.name, "nobody", "\0", "a\0b", "x" * 9999)
    ]
    assert {a.status_code for a in answers} == {422}
    assert all("This name and password do not belong together" in words(a) for a in answers)


def test_when_postgresql_is_away_a_page_says_so(bench: Running, join: Join) -> None:
    """503 with Retry-After on pages that need it, log-out included; the process is ready all the while."""
    ann = join()
    token = ann.token()
    bench.servers["main"].stop()
    try:
        for answer in (
            ann.get("/"),
            ann.get("/newest"),
            ann.get("/nothing"),
            ann.browser.post("/log-out", data={"csrf_token": token}),
        ):
            assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
            assert "The database does not answer" in words(answer)
        assert ann.get("/health").status_code == 200
    finally:
        bench.servers["main"].start()
    assert ann.get("/settings").status_code == 303
    assert ann.get("/newest").status_code == 200
