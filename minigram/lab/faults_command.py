"""`minigram faults`: the fault matrix of a stage, one line a round."""

import click


@click.command()
@click.argument("stage", required=False)
@click.option("--full", is_flag=True, help="Each of them three times; else those of a kind take turns.")
def faults(stage: str | None, full: bool) -> None:
    """Kill, pause and restart each kind of server and process of a STAGE (the newest) under load, three rounds each;
    show what that does.

    Ends with 1 when something acknowledged is lost, a request gets no answer in time, or a process is left over.
    """
    from minigram import stages
    from minigram.lab.matrix import matrix

    cls = stages.stage(stage) if stage else stages.newest()
    click.echo(f"Starting {cls.stem} and its servers …")
    line = "{:<12} {:<8} {:>5} {:>9} {:>12} {:>8} {:>10} {:>9}  {}"
    click.echo(line.format("what", "fault", "round", "requests", "acknowledged", "errors", "unanswered", "longest", ""))
    problems: list[str] = []
    for one in matrix(cls, every=full):
        requests = one.load.count + len(one.history.operations)
        errors = sum(one.load.errors.values()) + sum(op.outcome != "ok" for op in one.history.operations)
        acknowledged = len(one.load.acknowledged) + one.history.acknowledged
        longest = f"{max(one.history.longest, one.load.latency.ms(100) / 1e3):.1f} s"
        verdict = "broken" if one.problems else "kept"
        counts = (requests, acknowledged, errors, one.unanswered, longest, verdict)
        click.echo(line.format(one.target, one.fault, one.number, *counts))
        problems += one.problems
    for problem in problems:
        click.echo(f"\n{problem}", err=True)
    raise SystemExit(1 if problems else 0)


COMMANDS: tuple[click.Command, ...] = (faults,)
