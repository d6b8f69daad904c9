"""The rules of what may be written: whatever is accepted keeps its promise, and accepting it again changes nothing."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigram.social import text
from minigram.social.errors import Invalid

ANYTHING = st.text(st.characters(), max_size=300) | st.text(max_size=60).map(lambda t: t * 40)
NAMELIKE = st.text("abzABZ019._ -ſK\n", max_size=33)

RULES: list[tuple[Callable[[str], str], range]] = [
    (text.full_name, range(text.FULL_NAME + 1)),
    (text.bio, range(text.BIO + 1)),
    (text.caption, range(text.CAPTION + 1)),
    (text.comment, range(1, text.CAPTION + 1)),
]


def accepted(rule: Callable[[str], str], typed: str) -> str | None:
    """What the rule makes of it, or None where it is refused."""
    try:
        return rule(typed)
    except Invalid:
        return None


@pytest.mark.parametrize(("rule", "lengths"), RULES, ids=lambda value: getattr(value, "__name__", ""))
@given(typed=ANYTHING)
def test_what_is_accepted_can_be_kept(rule: Callable[[str], str], lengths: range, typed: str) -> None:
    """It has an allowed length, no control character but line feed and tab, no half of a character, no blank end."""
    kept = accepted(rule, typed)
    if kept is None:
        return
    assert len(kept) in lengths and kept == kept.strip()
    assert not [c for c in kept if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert rule(kept) == kept, "what was accepted once is accepted again as it is"


@pytest.mark.parametrize(("rule", "lengths"), RULES, ids=lambda value: getattr(value, "__name__", ""))
@given(data=st.data())
def test_everything_readable_that_fits_is_accepted(
    rule: Callable[[str], str], lengths: range, data: st.DataObject
) -> None:
    """No script is refused: any letters, marks, digits, signs and emoji, up to the last character."""
    readable = st.characters(categories=("L", "M", "N", "P", "S", "Co", "Cf"), exclude_characters="#")
    length = data.draw(st.sampled_from([1, 2, lengths.stop - 1]))
    typed = data.draw(readable) * (length - 1) + data.draw(readable)
    assert rule(typed) == typed
    if length == lengths.stop - 1:
        with pytest.raises(Invalid, match=r"[0-9].*\."):
            rule(typed + "x")


@given(st.integers(0, 40), st.sampled_from([" ", "\n", ", ", "#", ""]))
def test_a_caption_has_at_most_thirty_hashtags(tags: int, between: str) -> None:
    """As many as can be seen as hashtags, and each counts."""
    typed = between.join(f"#tag{n}" for n in range(tags))
    fits = len(text.HASHTAG.findall(typed)) <= text.HASHTAGS
    assert (accepted(text.caption, typed) is not None) == fits
    if between.isspace() or not tags:
        assert text.hashtags(typed) == [f"tag{n}" for n in range(tags)]


@given(NAMELIKE)
def test_a_name_is_what_a_url_can_carry(typed: str) -> None:
    """2 to 30 of a-z, 0-9, "_" and ".", with no "." at an end, whatever was typed; case does not make two names."""
    kept = accepted(text.name, typed)
    if kept is None:
        return
    assert 2 <= len(kept) <= 30 and set(kept) <= set("abcdefghijklmnopqrstuvwxyz0123456789._")
    assert "." not in (kept[0], kept[-1])
    assert text.name(kept) == text.name(kept.upper()) == kept


@given(st.from_regex(r"[a-z0-9_][a-z0-9._]{0,28}[a-z0-9_]", fullmatch=True))
def test_every_such_name_can_be_had(name: str) -> None:
    """And is found again as a mention."""
    assert text.name(name) == name
    assert text.MENTION.findall(f"with @{name}, today") == [name]


@given(st.emails() | ANYTHING)
def test_an_address_is_one_and_stays_one(typed: str) -> None:
    """It has one @ and no blank, so it is never taken for a name."""
    kept = accepted(text.email, typed)
    if kept is not None:
        assert kept.count("@") == 1 and kept == kept.lower() and not any(c.isspace() for c in kept)
        assert text.email(kept) == kept
        assert accepted(text.name, kept) is None


@given(ANYTHING)
def test_hashtags_are_in_the_text(typed: str) -> None:
    """Each stands there behind a #, and none is listed twice."""
    found = text.hashtags(typed)
    assert len(found) == len(set(found))
    assert all(f"#{tag}" in typed.lower() for tag in found)
