"""What the chapter adds to the `minigram` command."""

from typing import TYPE_CHECKING, cast

import click

if TYPE_CHECKING:
    from minigram.stages.ch90_bookmarks import Bookmarks


@click.command()
def popular() -> None:
    """List the photos that were saved most."""
    from minigram.addresses import Addresses
    from minigram.stages import build

    with cast("Bookmarks", build(Addresses.load())) as system:
        for photo, times in system.popular.most(10):
            click.echo(f"photo {photo}: saved {times} times")
