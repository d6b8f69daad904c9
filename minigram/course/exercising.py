"""The student's command: `minigram check`."""

import click


@click.command()
@click.argument("which", default="")
@click.option("--hint", is_flag=True, help="Show one hint more than the check that failed points to.")
@click.option("--watch", is_flag=True, help="Check again each time that you save, until Ctrl-C.")
def check(which: str, hint: bool, watch: bool) -> None:
    """Check your work: WHICH is a chapter (ch01) or an exercise (ch01.2); without it, all.

    Your files are in work/exercises/. Exit status 0: all checks pass; 1: one fails; 2: one could not tell; 3: something
    that the checks need is missing.
    """
    from rich.console import Console

    from minigram.course.check import checking

    console = Console()
    try:
        if watch:
            checking.watch(which, console, hint)
        raise SystemExit(checking.check_all(which, console, hint))
    except KeyboardInterrupt:
        console.print("\nStopped.")
        raise SystemExit(0 if watch else 130) from None


COMMANDS: tuple[click.Command, ...] = (check,)
