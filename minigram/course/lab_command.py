"""`minigram lab`: the student's own copies of notebooks and stubs in work/, and JupyterLab over them."""

import json
import os
import sys
from pathlib import Path

import click

from minigram.course.copies import bring
from minigram.course.leavings import keep_inside
from minigram.course.manifests import root


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("jupyter_options", nargs=-1, type=click.UNPROCESSED)
def lab(jupyter_options: tuple[str, ...]) -> None:
    """Copy the notebooks into work/ and open JupyterLab there, at the first chapter.

    Work that you changed is never overwritten. JUPYTER_OPTIONS go to JupyterLab, as in `minigram lab --no-browser`.
    """
    work = root() / "work"
    for line in bring(root(), work):
        click.echo(line)
    notebooks = sorted((work / "notebooks").glob("*.ipynb"))
    if not notebooks:
        raise click.ClickException(f"There is no notebook in {root() / 'notebooks'}: is this a whole clone?")
    first = notebooks[0].relative_to(work)
    _settle(work / ".jupyter", f"/lab/tree/{first.as_posix()}")
    keep_inside()
    sys.stdout.flush()
    command = [sys.executable, "-m", "jupyterlab", *jupyter_options]
    os.execv(sys.executable, command)


def _settle(home: Path, start: str) -> None:
    """JupyterLab keeps its settings with the student's work. Its own options go over these."""
    settings = {
        "ServerApp": {
            "ip": "127.0.0.1",
            "root_dir": str(home.parent),
            "default_url": start,
            "answer_yes": True,  # Ctrl-C stops it, as it stops everything here
            "log_level": "WARN",  # what is left is the address to open
            "allow_root": os.geteuid() == 0,
        },
        "LabApp": {"default_url": start, "log_level": "WARN"},
    }
    quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    _write(home / "jupyter_server_config.json", settings)
    _write(home / "labconfig" / "page_config.json", quiet)
    os.environ["JUPYTER_CONFIG_DIR"] = str(home)


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")
