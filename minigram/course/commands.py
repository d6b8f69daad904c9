"""The classroom's commands: `minigram tags`, `minigram book`, `minigram parts`."""

from pathlib import Path

import click


@click.command()
@click.option("--check", is_flag=True, help="Only compare: exit 1 if a tag is missing or differs.")
@click.option("--move", is_flag=True, help="Move tags of ours that differ from what this tree gives.")
def tags(check: bool, move: bool) -> None:
    """Build the chapter tags from the committed tree."""
    from minigram.course import tags as made

    if check and move:
        raise click.UsageError("--check changes nothing, --move does: give one of them")
    repository = made.Repository(Path.cwd())
    if repository.dirty():
        head = repository.head()[:12]
        click.echo(f"There are changes that are not committed; tags are about the commit {head}.", err=True)
    found = made.check(repository) if check else made.build(repository, move)
    words = {} if check else {"missing": "created", "differs": "moved"}
    for tag in found:
        note = f" (found {tag.found[:12]})" if tag.found and tag.state != "same" else ""
        click.echo(f"{tag.commit[:12]}  {tag.name}  {words.get(tag.state, tag.state)}{note}")
    if check and any(tag.state != "same" for tag in found):
        raise SystemExit(1)


COMMANDS: tuple[click.Command, ...] = (tags,)
