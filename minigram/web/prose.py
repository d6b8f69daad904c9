"""How what people wrote is shown: escaped, its #hashtags and @mentions marked, its time told."""

import re
from datetime import UTC, datetime

from flask import url_for
from markupsafe import Markup, escape

from minigram.social.photos import Photo
from minigram.social.text import HASHTAG, MENTION

UNITS = (
    (60, 1, "just now"),
    (3_600, 60, "{} min ago"),
    (86_400, 3_600, "{} h ago"),
    (7 * 86_400, 86_400, "{} d ago"),
)
"""Under how many seconds the time is told in which unit, and how."""

_MARKS = re.compile(f"(?P<tag>{HASHTAG.pattern})|(?P<mention>{MENTION.pattern})", re.IGNORECASE)


def linked(text: str) -> Markup:
    """The text as HTML: #hashtags stand out, @mentions lead to people."""
    html, end = Markup(), 0
    for mark in _MARKS.finditer(text):
        html += escape(text[end : mark.start()])
        html += _tag(mark[0]) if mark["tag"] else _mention(mark[0])
        end = mark.end()
    return html + escape(text[end:])


def alt(photo: Photo) -> str:
    """What a photo's image is called by those who do not see it: whose it is, and how the caption begins."""
    words = " ".join(photo.caption.split())
    told = words if len(words) <= 120 else f"{words[:120].rsplit(' ', 1)[0]} …"
    return f"Photo by {photo.author}: {told}" if told else f"Photo by {photo.author}, without a caption"


def ago(when: datetime, now: datetime | None = None) -> Markup:
    """How long ago, in few words; from a week on, the day."""
    seconds = ((now or datetime.now(UTC)) - when).total_seconds()
    words = next((form.format(int(seconds // unit)) for under, unit, form in UNITS if seconds < under), None)
    utc = when.astimezone(UTC)
    text = words or f"{utc.day} {utc:%B %Y}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), f"{utc.day} {utc:%B %Y, %H:%M} UTC", text
    )


def counted(number: int, thing: str) -> str:
    """ "1 like", "2,000 likes"; the plural is regular, or given after a slash."""
    one, _, many = thing.partition("/")
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _tag(text: str) -> Markup:
    return Markup('<span class="tag">{}</span>').format(text)


def _mention(text: str) -> Markup:
    name = text[1:].lower()
    if len(name) < 2:  # no name is as short
        return escape(text)
    return Markup('<a href="{}">{}</a>').format(url_for("people.profile", name=name), text)
