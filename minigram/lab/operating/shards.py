"""`minigram shards`: where the logical shards lie, and moving them to other servers while the app goes on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from minigram.databases.sharded.moving.mover import Mover
    from minigram.databases.sharded.moving.moves import Move


@click.group()
def shards() -> None:
    """See and move the logical shards of the app that `minigram run` runs in another terminal."""


@shards.command("list")
def list_() -> None:
    """Show what each server has, and which moves are under way."""
    from rich.console import Console
    from rich.table import Table

    from minigram.databases.sharded.balance import content
    from minigram.databases.sharded.moving.moves import Moves
    from minigram.databases.sharded.moving.site import Stopped
    from minigram.lab.attached import attached
    from minigram.lab.growing import site, stage_of

    app = attached()
    stage_of(app)
    with _told(), site(app, "main") as main:
        owners, servers, under_way = Moves(main).owners(), Moves(main).servers(), Moves(main).all()
    table = Table("server", "logical shards", "rows", "MB", title="What lies where", title_justify="left")
    silent = []
    for server in servers:
        here = [shard for shard, owner in owners.items() if owner == server]
        try:
            with site(app, server) as asked:
                found = content(asked, here)
        except Stopped:
            silent.append(server)
            table.add_row(server, str(len(here)), "no answer")
        else:
            table.add_row(server, str(len(here)), f"{found.rows:,}", f"{found.bytes / 1e6:.1f}")
    Console().print(table)
    for server in silent:
        click.echo(f"{server} does not answer. If it has died: minigram start {server}")
    for move in under_way:
        click.echo(f"Shard {move.shard} is on its way from {move.source} to {move.target}: {move.step}.")


@shards.command("add-server")
def add_server() -> None:
    """Start one PostgreSQL more, with what belongs to it (a pooler, replicas) and no shards. It ends with the app."""
    from minigram.lab import growing
    from minigram.lab.attached import attached

    with _told():
        name = growing.add_server(attached())
    click.echo(f"{name} runs, and has no shards yet. Give it its part: minigram shards rebalance")


@shards.command()
@click.argument("shard", type=click.IntRange(min=0))
@click.option("--to", metavar="SERVER", help="Where to, as db3.")
@click.option("--give-up", is_flag=True, help="Leave it where it was, and remove what the move has made.")
def move(shard: int, to: str | None, give_up: bool) -> None:
    """Move a SHARD to another server, or go on with its move where that was stopped."""
    from minigram.lab.attached import attached
    from minigram.lab.growing import mover

    if (to is None) != give_up:
        raise click.UsageError("say where it is to go (--to db3), or that its move is given up (--give-up)")
    with _told(shard), mover(attached()) as moving:
        if to is None:
            given_up = moving.give_up(shard)
            click.echo(f"Shard {shard} stays on {given_up.source}, and nothing is left of its move.")
        else:
            _move(moving, shard, f"db{to}" if to.isdecimal() else to, say=True)


@shards.command()
@click.option("--dry-run", is_flag=True, help="Show which shards would move.")
def rebalance(dry_run: bool) -> None:
    """Move shards until every server has as many as the others, as few as possible, one after the other."""
    from minigram.databases.sharded.balance import plan
    from minigram.databases.sharded.moving.moves import Step
    from minigram.lab.attached import attached
    from minigram.lab.growing import mover

    with _told(), mover(attached()) as moving:
        begun = moving.moves.all()
        for move in begun:
            if dry_run:
                click.echo(f"shard {move.shard}: {move.source} → {move.target} (goes on; it has come to: {move.step})")
            elif move.step is Step.GIVEN_UP:
                moving.give_up(move.shard)
            else:
                _move(moving, move.shard, move.target)
        arrived = {move.shard: move.target for move in begun if move.step is not Step.GIVEN_UP}
        transfers = plan(moving.moves.owners() | arrived, moving.moves.servers())
        for transfer in transfers:
            if dry_run:
                click.echo(f"shard {transfer.shard}: {transfer.source} → {transfer.target}")
            else:
                _move(moving, transfer.shard, transfer.target)
        count = len(moving.moves.owners())
        verb = "would move" if dry_run else "have moved"
        click.echo(f"{len(transfers) + len(begun)} of {count} shards {verb}.")


@shards.command()
@click.option("--dry-run", is_flag=True, help="Only show what is found.")
def repair(dry_run: bool) -> None:
    """Find what a crash has left half done between two homes, and mend it, while the app goes on."""
    from minigram.lab.attached import attached
    from minigram.lab.growing import stage_of
    from minigram.repair.findings import findings

    app, count = attached(), 0
    with _told(), stage_of(app)(app.addresses) as system:
        for finding in findings(system):
            count += 1
            click.echo(finding.says)
            if not dry_run:
                finding.mend()
    did = "Nothing was mended." if dry_run else "All of it is mended."
    click.echo(f"{count} found. {did}" if count else "Nothing is half done.")


COMMANDS: tuple[click.Command, ...] = (shards,)


def _move(moving: "Mover", shard: int, to: str, say: bool = False) -> None:
    """Move it, and tell of each step or of the whole."""

    def tell(move: "Move") -> None:
        click.echo(f"shard {move.shard}, {move.source} → {move.target}: {move.step}")

    moved = moving.move(shard, to, tell if say else lambda _: None)
    pause = "" if moved.pause_ms is None else f"; who wrote there waited up to {moved.pause_ms:.0f} ms"
    click.echo(
        f"Shard {shard} lies on {moved.target} now, not on {moved.source}: "
        f"{moved.rows:,} rows in {moved.seconds:.1f} s{pause}."
    )


@contextmanager
def _told(shard: int | None = None) -> Iterator[None]:
    """What a person is told of a move that cannot be made, or cannot go on, or was stopped with Ctrl-C."""
    from minigram.databases import Unavailable
    from minigram.databases.sharded.moving.moves import Refused
    from minigram.databases.sharded.moving.site import Stopped
    from minigram.lab import LabError

    command = f"minigram {' '.join(sys.argv[1:])}"
    try:
        yield
    except Refused as error:
        raise LabError(str(error)) from error
    except Unavailable as error:
        raise LabError(f"{error}. To go on, when it answers again: {command}") from error
    except Stopped as error:
        raise LabError(f"{error}. What was done is kept. To go on: {command}") from error
    except KeyboardInterrupt:
        click.echo(f"\nStopped. The app goes on, and what was done is kept. To go on: {command}", err=True)
        if shard is not None:
            click.echo(f"To leave the shard where it was: minigram shards move {shard} --give-up", err=True)
        raise SystemExit(1) from None
