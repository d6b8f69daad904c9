"""`minigram restart`: new code without an interruption."""

import click


@click.command()
def restart() -> None:
    """Give the app that `minigram run` runs the code as it is now, one web server after the other.

    Nobody is turned away meanwhile. The code is tried out before; when it does not start, all keep what they have.
    """
    from minigram.lab.attached import attached
    from minigram.lab.rolling import roll

    for name in roll(one for one in attached().known.values() if not one.kind and one.url):
        click.echo(f"{name} has new workers, and answers.")


COMMANDS: tuple[click.Command, ...] = (restart,)
