"""Where a page begins: after, or before, the last id of the page that led here."""

import re

from flask import request

from minigram.social.errors import Invalid


def cursor(name: str, default: int) -> int:
    """The id in the query. Raises Invalid for anything that is no id."""
    text = request.args.get(name)
    if text is None:
        return default
    if not re.fullmatch("[1-9][0-9]{0,18}", text) or int(text) >= 2**63:
        raise Invalid(name, f"This link is broken: after “{name}=” there should be a number above 0.")
    return int(text)
