"""The lab's commands: `minigram run`, `minigram start`, `minigram doctor`, `minigram servers`."""

import itertools
import json
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from minigram.lab.running import Running

PORT = 8000
"""Where the app is looked for first."""


@click.command()
@click.argument("stage", required=False)
@click.option("--port", type=click.IntRange(1, 65535), help=f"The app's port; {PORT} where that is free.")
def run(stage: str | None, port: int | None) -> None:
    """Start a STAGE (a chapter's number or name; the newest) with its servers; Ctrl-C stops all of it."""
    from minigram import stages
    from minigram.lab import errands
    from minigram.lab.running import running
    from minigram.lab.servers.ports import is_free

    cls = stages.stage(stage) if stage else stages.newest()
    if port is None and is_free(PORT):
        port = PORT
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _interrupt)
    try:
        click.echo(f"Starting {cls.stem} and its servers …")
        with running(cls, port=port) as found:
            errands.accept(found)
            _show(found)
            click.echo(f"\n{found.url}\n{_settle(found)}Ctrl-C stops all of it.")
            _watch(found)
    except KeyboardInterrupt:
        click.echo("\nStopped: no server and no process is left running, and no file.")


@click.command()
@click.argument("name")
def start(name: str) -> None:
    """Start a server or a process of the app that `minigram run` runs again, by the NAME that it shows.

    It may have died, or been killed; if it still runs it is stopped first.
    """
    from minigram.lab import LabError, errands
    from minigram.lab.attached import attached

    found = attached()
    if name not in found.known:
        raise LabError(f"There is no '{name}'. There are: {', '.join(found.known)}.")
    errands.restart(found.run, name)
    click.echo(f"{name} was started again, and answers.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def doctor(as_json: bool) -> None:
    """Say what minigram found on this machine, what is missing, and the one command that mends it."""
    from rich.console import Console
    from rich.table import Table

    from minigram.lab.doctor import diagnose

    found = diagnose()
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
        raise SystemExit(0 if found.ok else 1)
    table = Table("", "found", "where", title="What minigram needs", title_justify="left")
    table.add_row("Python", found.python, "" if found.python_ok else "too old: 3.11 or newer is needed")
    for kind in found.kinds:
        later = "is downloaded at the first start, without root" if kind.download else "missing"
        table.add_row(f"{kind.kind}, native", kind.version or "no", kind.where or later)
    table.add_row("Docker engine", found.docker or "no", "" if found.docker else found.docker_problem)
    for kind in found.kinds if found.docker else []:
        state = "there" if kind.image_present else "is downloaded at the first start"
        table.add_row(f"{kind.kind}, Docker", kind.image, state)
    table.add_row("Chromium and its driver", "yes" if found.browser else "no", found.browser or "only tests need it")
    Console().print(table)
    click.echo(f"Servers will be: {found.provider or found.provider_problem}")
    missing = "Nothing has to be done. To have all of it from this system" if found.ok else "To mend what is missing"
    click.echo(f"{missing}: {found.mend}" if found.mend else "Nothing is missing.")
    raise SystemExit(0 if found.ok else 1)


@click.command()
@click.option("--clean", is_flag=True, help="Remove what dead owners have left: processes, directories, containers.")
def servers(clean: bool) -> None:
    """List what minigram runs on this machine, and what is left of runs whose process has died."""
    from minigram.lab.leftovers import processes_of, remove, runs
    from minigram.lab.servers.cache import tidy_all
    from minigram.lab.servers.container import containers

    found = runs()
    for run, owner in found.items():
        parts = f"{len(processes_of(run))} processes, {len(containers(run))} containers"
        state = f"process {owner.pid} runs it" if owner.alive else "left over"
        if clean and not owner.alive:
            remove(run)
            state = "removed"
        click.echo(f"{run}: {state} ({parts})")
    if clean:
        tidy_all()
    if not found:
        click.echo("Nothing of minigram's is running or left over.")
    elif not clean and any(not owner.alive for owner in found.values()):
        click.echo("`minigram servers --clean` removes what is left over.")


COMMANDS: tuple[click.Command, ...] = (run, start, doctor, servers)


def _show(found: "Running") -> None:
    """The table of what runs where."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="What runs where", title_justify="left")
    for column in ("name", "what", "address", "pid", "version"):
        table.add_column(column, no_wrap=column in ("address", "pid"))
    for server in found.servers.values():
        version = f"{server.version.partition(' (')[0]}, {server.provider}"  # Debian's own number is long
        table.add_row(server.name, server.kind, f"127.0.0.1:{server.port}", str(*server.pids()[:1]), version)
    for process in found.processes.values():
        address = process.url.removeprefix("http://") or "-"
        program = process.process.argv[0].removeprefix("minigram.")
        table.add_row(process.name, program, address, str(*process.pids()[:1]), "this tree")
    Console().print(table)


def _settle(found: "Running") -> str:
    """A small town moves in, so that there is something to see; what to tell whoever comes to look."""
    from minigram.lab.experiments.crowd import system_of
    from minigram.lab.people import fill
    from minigram.lab.town import SIZES

    residents = fill(system_of(found), SIZES["tiny"])
    return (
        f"{len(residents.names)} people live there. Log in as {residents.names[0]} with the password "
        f"{residents.password}, or sign up. All of it is gone when you stop.\n"
    )


def _watch(found: "Running") -> None:
    """Wait for Ctrl-C, and run errands. What ends meanwhile is told of once."""
    from minigram.lab import errands

    ended: set[str] = set()
    for ticks in itertools.count():
        threading.Event().wait(0.25)
        for name in errands.run_all(found):
            pids = (found.servers.get(name) or found.processes[name]).pids()
            click.echo(f"'{name}' was started again: process {str(*pids[:1])}.")
            ended.discard(name)
        logs: dict[str, Callable[[], str]] = {p.name: p.tail for p in found.processes.values() if not p.alive}
        if ticks % 8 == 0:  # an engine takes some time to tell of many containers
            logs |= {server.name: server.box.tail for server in found.servers.values() if not server.alive}
        for name in logs.keys() - ended:
            ended.add(name)
            again = f"In another terminal, .venv/bin/minigram start {name} starts it again."
            click.echo(f"'{name}' has ended. {again} Its log ends:\n{logs[name]()}", err=True)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
