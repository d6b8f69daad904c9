"""`minigram restart`: new code without an interruption; or one server, which may be dead, starts again."""

import click


@click.command()
@click.argument("name", required=False)
def restart(name: str | None) -> None:
    """Give the app that `minigram run` runs the code as it is now, one web server after the other.

    Nobody is turned away meanwhile. The code is tried out before; when it does not start, all keep what they have.

    With the NAME of a server or a process (`minigram run` shows them), that one alone: it is stopped if it runs, and
    started again, also when it has died. A primary that was replaced comes back as a replica.
    """
    from minigram.lab import LabError, errands
    from minigram.lab.attached import attached
    from minigram.lab.rolling import roll

    if name is not None:
        found = attached()
        if name not in found.known:
            raise LabError(f"There is no '{name}'. There are: {', '.join(found.known)}.")
        errands.restart(found.run, name)
        click.echo(f"{name} was restarted, and answers.")
        return
    for name in roll(one for one in attached().known.values() if not one.kind and one.url):
        click.echo(f"{name} has new workers, and answers.")


COMMANDS: tuple[click.Command, ...] = (restart,)
