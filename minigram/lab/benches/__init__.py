"""What each chapter promises of its costs, measured by `make bench`.

One module a chapter, with one function `bench() -> Iterator[Claim]`.
"""

import importlib
import pkgutil
from collections.abc import Iterator

from minigram.lab.claims import Claim


def bench() -> Iterator[Claim]:
    """The claims of every chapter's bench that this tree holds, as they are measured."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        yield from importlib.import_module(f"{__name__}.{module}").bench()
