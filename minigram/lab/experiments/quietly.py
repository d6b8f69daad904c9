"""Experiments break things on purpose: what would be logged about it is what they show anyway."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quietly(logger: str) -> Iterator[None]:
    """What nobody handles is dropped within it, instead of going to stderr."""
    silent = logging.NullHandler()
    logging.getLogger(logger).addHandler(silent)
    try:
        yield
    finally:
        logging.getLogger(logger).removeHandler(silent)
