"""The process that counts which photos are saved: `python -m minigram.bookmarks.worker`."""

import signal
import sys
from typing import TYPE_CHECKING, cast

from minigram.addresses import Addresses
from minigram.stages import build

if TYPE_CHECKING:
    from minigram.stages.ch90_bookmarks import Bookmarks


def main() -> None:
    """Count until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with cast("Bookmarks", build(Addresses.load())) as system:
        while True:
            system.popular.count_one(wait=1)


if __name__ == "__main__":
    main()
