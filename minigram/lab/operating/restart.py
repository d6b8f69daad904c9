"""`minigram restart`: new code without an interruption."""

import click


@click.command()
def restart() -> None:
    """Give the app that `minigram run` runs the code as it is now, one web server after the other.

    Nobody is turned away meanwhile. When one of them does not start anew, the others keep the code that they have.
    """
    from minigram.lab.attached import attached
    from minigram.lab.rolling import roll
    from minigram.stages import at

    found = attached()
    web_servers = [process.name for process in at(found.addresses.stage).processes() if process.health]
    for name in roll(found.known[name] for name in web_servers):
        click.echo(f"{name} has new workers, and answers.")


COMMANDS: tuple[click.Command, ...] = (restart,)
