"""`minigram id`: what an id tells."""

import re
from datetime import UTC, datetime

import click

from minigram.databases.ids import parts


@click.command("id", context_settings={"ignore_unknown_options": True})  # so that -5 is told what is wrong with it
@click.argument("id")
def tell(id: str) -> None:
    """Say when an ID was made, by which logical shard, and its number there."""
    found = parts(_number(id))
    moment = found.moment
    click.echo(f"moment    {moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} UTC")
    click.echo(f"shard     {found.shard}")
    click.echo(f"sequence  {found.sequence}")
    if moment > datetime.now(UTC):
        click.echo("That moment is in the future: either this is no id, or a clock was wrong.")


COMMANDS: tuple[click.Command, ...] = (tell,)


def _number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise click.BadParameter(f"'{text}' is not a whole number. Give an id as its pages and the API show it.")
    if len(text) > 30:
        raise click.BadParameter(f"That number has {len(text)} digits, and an id at most 19.")
    number = int(text)
    if number <= 0:
        raise click.BadParameter(f"{number} is not positive, and every id is until June 2046.")
    if number >= 1 << 63:
        raise click.BadParameter(f"{number} needs more than 63 bits. The greatest id is {(1 << 63) - 1}.")
    return number
