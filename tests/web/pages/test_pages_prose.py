"""What people write is shown as they wrote it, and their links lead nowhere else."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from minigram.web import prose
from minigram.web.viewer import own_path

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class Read(HTMLParser):
    """The text of a piece of HTML, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    tags: list[tuple[str, dict[str, str | None]]]


text = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("#@<>&\"'a._\n"), max_size=60)


@given(text)
def test_any_text_is_shown_as_it_is(app: Flask, written: str) -> None:
    """Nothing is lost, and nothing in it becomes markup but marked hashtags and links to people."""
    with app.test_request_context():
        read = Read(prose.linked(written))
    assert read.text == written
    for tag, attributes in read.tags:
        assert (tag, attributes.get("class")) == ("span", "tag") or (
            tag == "a" and str(attributes["href"]).startswith("/people/")
        )


def test_hashtags_and_mentions_are_marked(app: Flask) -> None:
    """Where they begin and end is what the rules of the text say; an e-mail address is neither."""
    with app.test_request_context():
        shown = prose.linked("#Dawn, @Ann.lee. a@b.example #été & #<b>")
    assert shown == (
        '<span class="tag">#Dawn</span>, <a href="/people/ann.lee">@Ann.lee</a>. a@b.example '
        '<span class="tag">#été</span> &amp; #&lt;b&gt;'
    )


@given(st.text(max_size=30) | st.text(st.sampled_from("/\\\t\n\r .:@evilhtps?#%"), max_size=12).map("/".__add__))
def test_an_own_path_stays_on_its_host(target: str) -> None:
    """However a browser reads it: tabs and line ends dropped, backslashes turned."""
    if own_path(target):
        browsers = "".join(c for c in target if c not in "\t\r\n").strip().replace("\\", "/")
        assert urlsplit(urljoin("http://here/page", browsers)).netloc == "here"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=-3), "just now"), (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"), (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=23.9), "23 h ago"), (timedelta(days=6), "6 d ago"),
        (timedelta(days=7), "27 April 2026"),
    ],
)  # fmt: skip
def test_time_is_told_in_few_words(before: timedelta, words: str) -> None:
    """And exactly in the element's attributes."""
    read = Read(prose.ago(NOW - before, NOW))
    assert read.text == words
    assert read.tags[0][1]["datetime"] == (NOW - before).isoformat(timespec="seconds")


@pytest.mark.parametrize(("number", "words"), [(0, "0 likes"), (1, "1 like"), (12_345, "12,345 likes")])
def test_numbers_are_told_with_their_things(number: int, words: str) -> None:
    """One is not many."""
    assert prose.counted(number, "like") == words
