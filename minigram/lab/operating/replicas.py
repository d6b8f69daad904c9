"""`minigram replicas`: who is the primary of which group, how far the replicas are behind, and promoting one."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from minigram.databases.replicated.roles import Roles
    from minigram.lab.attached import Attached


@click.group(invoke_without_command=True)
@click.pass_context
def replicas(ctx: click.Context) -> None:
    """Show the replicas of the app that `minigram run` runs, and how far they are behind."""
    if ctx.invoked_subcommand is not None:
        return
    from rich.console import Console
    from rich.table import Table

    from minigram.lab.replicas import groups_of, look

    found, roles = _running()
    table = Table("group", "server", "role", "timeline", "LSN", "behind, bytes", "behind, ms")
    for one in look(roles, groups_of(found)):
        if one.mark is None:
            table.add_row(one.group, one.name, one.role, "no answer")
            continue
        late = "?" if one.late is None else f"{one.late:.0f}"
        shown = (one.mark.timeline, one.mark.lsn, "?" if one.behind is None else one.behind, late)
        table.add_row(one.group, one.name, one.role, *map(str, shown))
    Console().print(table)


@replicas.command()
@click.argument("replica")
def promote(replica: str) -> None:
    """Make REPLICA the primary of its group.

    The server that was it takes no more writes, and is out of service until `minigram start` with its name brings it
    back as a replica. (In a notebook: `running.servers["db1"].restart()`.)
    """
    import psycopg

    from minigram.databases.replicated import asking, failover
    from minigram.lab import LabError
    from minigram.lab.replicas import groups_of

    found, roles = _running()
    groups = groups_of(found)
    group = next((name for name, members in groups.items() if replica in members), None)
    if group is None:
        known = ", ".join(member for members in groups.values() for member in members)
        raise LabError(f"There is no server '{replica}'. There are: {known}.")
    before = roles.of(group)
    try:
        failover.promote(roles, before, replica, groups[group])
    except asking.Refused as error:
        raise LabError(str(error)) from error
    except psycopg.Error as error:
        raise LabError(f"A server does not answer: {error} Look at: minigram replicas") from error
    old = before.primary or before.former
    click.echo(f"{replica} is the primary of {group}; {old} was, and is out of service now.")
    click.echo(f"To bring it back as a replica: .venv/bin/minigram start {old}")


def _running() -> "tuple[Attached, Roles]":
    from minigram.databases.replicated.roles import beside
    from minigram.lab import LabError
    from minigram.lab.attached import attached

    found = attached()
    roles = beside(found.addresses.media)
    if not roles.all():
        raise LabError("The app that runs has no replicas. They come with chapter 4: minigram run ch04")
    return found, roles


COMMANDS: tuple[click.Command, ...] = (replicas,)
