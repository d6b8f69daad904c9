"""The `minigram` command: what the rooms of the course offer, and what the newest stage adds."""

import errno
import importlib
import sys
from collections.abc import Iterator

import click

ROOMS = (
    "minigram.lab.commands",
    "minigram.lab.faults_command",
    "minigram.lab.operating",
    "minigram.course.commands",
    "minigram.course.measuring",
    "minigram.course.exercising",
    "minigram.course.grading",
)


NO_WRITING = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


class Cli(click.Group):
    """Commands are found when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(command.name or "" for command in _commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return next((command for command in _commands() if command.name == cmd_name), None)


@click.command(cls=Cli, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """minigram: a small photo-sharing app that grows, chapter by chapter, the way Instagram did."""


def main() -> None:
    """Run the command. What a person can mend is told in a sentence, on standard error, with exit status 3."""
    from minigram.addresses import AddressError
    from minigram.course.leavings import keep_inside
    from minigram.lab import LabError
    from minigram.stages import NoSuchStage

    keep_inside()
    try:
        cli(prog_name="minigram")
    except (AddressError, LabError, NoSuchStage) as error:
        click.echo(f"minigram: {error}", err=True)
        sys.exit(3)
    except OSError as error:
        if error.errno not in NO_WRITING or error.filename is None:
            raise
        hint = "Is it yours, and is there room on the disk?"
        click.echo(f"minigram: {error.filename}: {error.strerror}. {hint}", err=True)
        sys.exit(3)


def _commands() -> Iterator[click.Command]:
    from minigram.stages import newest

    for room in ROOMS:
        yield from importlib.import_module(room).COMMANDS
    yield from newest().commands()
