"""Text that others wrote, made fit to be kept and shown: a name, a reason or an example may hold anything at all."""

import re

# What XML 1.0 cannot hold, what steers a terminal, and what UTF-8 cannot hold.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

# What turns the order of the text after it, also of the text that is ours.
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")

STANDS_IN = "\N{REPLACEMENT CHARACTER}"


def legible(text: str) -> str:
    """The text; each character that a file or a terminal should not be given is replaced. Lines stay lines."""
    return _UNFIT.sub(STANDS_IN, text)


def one_line(text: str) -> str:
    """The same in one line, for a cell of a table or a title."""
    return _TURNS.sub(STANDS_IN, legible(" ".join(text.split())))
