"""What people may write: one rule for each kind of text, and the #hashtags and @mentions in it."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from minigram.social.errors import Invalid

CAPTION = 2_200
HASHTAGS = 30
BIO = 150
FULL_NAME = 60
PASSWORD = range(8, 201)

HASHTAG = re.compile(r"(?<![\w&#])#(\w+)")
MENTION = re.compile(r"(?<![\w@.])@([a-z0-9_](?:[a-z0-9._]{0,28}[a-z0-9_])?)", re.IGNORECASE)


def name(text: str) -> str:
    """A person's name in the app: 2 to 30 of a-z, 0-9, "." and "_", in lower case, no "." at either end."""
    lowered = text.strip().lower()
    if not re.fullmatch(r"[a-z0-9_][a-z0-9._]{0,28}[a-z0-9_]", lowered):
        raise Invalid("name", "A name has 2 to 30 letters a to z, digits, '_' or '.', and no '.' at either end.")
    return lowered


def email(text: str) -> str:
    """An e-mail address as it is written, in lower case. Nothing is asked of the network."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid("email", f"This is not an e-mail address that can be used: {error}") from error


def password(text: str) -> str:
    """A password, 8 to 200 characters, anything but control characters."""
    if len(text) not in PASSWORD:
        raise Invalid("password", f"A password has {PASSWORD.start} to {PASSWORD.stop - 1} characters.")
    return _readable("password", text)


def full_name(text: str) -> str:
    """A name as people write it; may be empty."""
    return _bounded("full_name", " ".join(_readable("full_name", text).split()), FULL_NAME)


def bio(text: str) -> str:
    """A few words about oneself; may be empty."""
    return _bounded("bio", text, BIO)


def caption(text: str) -> str:
    """What stands under a photo; may be empty; a bounded number of hashtags."""
    kept = _bounded("caption", text, CAPTION)
    if (tags := len(HASHTAG.findall(kept))) > HASHTAGS:
        raise Invalid("caption", f"A caption has at most {HASHTAGS} hashtags, and this one has {tags}.")
    return kept


def comment(text: str) -> str:
    """A comment, never empty."""
    kept = _bounded("text", text, CAPTION)
    if not kept:
        raise Invalid("text", "A comment needs some text.")
    return kept


def hashtags(text: str) -> list[str]:
    """The hashtags of a text, lower case, each once, in the order in which they come."""
    return list(dict.fromkeys(tag.lower() for tag in HASHTAG.findall(text)))


def _bounded(field: str, text: str, most: int) -> str:
    kept = _readable(field, text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(kept) > most:
        raise Invalid(field, f"At most {most:,} characters fit here, and this has {len(kept):,}.")
    return kept


def _readable(field: str, text: str) -> str:
    # Cc: control characters, NUL among them, which PostgreSQL cannot store; Cs: halves of a character.
    bad = next((c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t"), None)
    if bad is not None:
        raise Invalid(field, f"The character U+{ord(bad):04X} cannot be used here. Remove it and try again.")
    return text
