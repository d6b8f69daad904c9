"""The classroom's commands: `minigram tags`, `minigram book`, `minigram parts`."""

from pathlib import Path

import click

from minigram.course.lab_command import lab


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


@click.command()
@click.option("--check", is_flag=True, help="Only compare: exit 1 if something is stale.")
def book(check: bool) -> None:
    """Refresh the listings and numbers in chapters/*.md."""
    from minigram.course import book as made
    from minigram.course.manifests import root

    folder = root()
    pages = made.pages(folder)
    problems = [line for page in pages for line in page.problems]
    stale = [line for page in pages for line in page.stale]
    for line in problems + (stale if check else []):
        click.echo(line, err=True)
    if check and stale:
        click.echo("`minigram book` refreshes what is stale.", err=True)
    if problems or (check and stale):
        raise SystemExit(1)
    for page in pages:
        if page.stale:
            (folder / page.path).write_bytes(page.fresh.encode())
            click.echo(f"{page.path}: refreshed {len(page.stale)}")
    if not stale:
        click.echo("The book is up to date.")


@click.command()
@click.argument("chapter", required=False)
def parts(chapter: str | None) -> None:
    """Show what a CHAPTER is made of: part, class, file, stage. Without CHAPTER, the newest."""
    from rich.console import Console
    from rich.table import Table

    from minigram.course.parts import parts_of
    from minigram.stages import newest, stage

    which = stage(chapter) if chapter else newest()
    table = Table(title=f"Chapter {which.number}: {which.title} ({which.__name__})", title_justify="left")
    for column in ("part", "class", "file", "stage"):
        table.add_column(column, overflow="fold", no_wrap=column == "file")  # a path is there to be copied
    for row in parts_of(which):
        table.add_row(row.name, row.made, row.file, "\nover ".join(row.stages))
    Console().print(table)


COMMANDS: tuple[click.Command, ...] = (tags, book, parts, lab)
