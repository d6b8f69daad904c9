"""The instructor's commands: `minigram grade`, `regrade`, `override`, `grade-worker`, `release`, `gradescope`."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from minigram.course.grade.book import Gradebook
    from minigram.course.grade.marker import Marker
    from minigram.course.grade.marks import Mark

WAY = click.option("--way", default="", help="How submissions are shut in; without it the first that works here.")
QUEUE = click.option("--queue", help="Hand submissions to the workers at this Redis (redis://…).")
GRADES = click.argument("grades", type=click.Path(path_type=Path, exists=True, file_okay=False))


@click.command()
@click.argument("submissions", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder of the marks.")
@click.option("--chapter", default="ch01", show_default=True, help="Whose exercises were handed in.")
@click.option("--roster", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A CSV of the students.")
@click.option("--due", default="", help="When it was due, as 2026-11-20T23:59+01:00.")
@QUEUE
@WAY
def grade(
    submissions: Path, out: Path, chapter: str, roster: Path | None, due: str, queue: str | None, way: str
) -> None:
    """Mark SUBMISSIONS, a folder that holds one folder or zip for each student.

    Stopped and typed again, it goes on where it was. Exit status 0: every student has a mark; 1: something needs a
    person (the table says what); 3: nothing could be marked.
    """
    from minigram.course.grade import roster as names
    from minigram.course.grade.book import Gradebook
    from minigram.course.grade.grading import grade as mark_all
    from minigram.course.grade.progress import Progress
    from minigram.course.judge.exercises import exercises

    exercises(chapter)
    rows = names.match(submissions, names.read_roster(roster) if roster else None)
    marker = _marker(queue, way)
    book = Gradebook(out)
    about = book.open(chapter, _moment(due))
    try:
        with Progress(len(rows)) as progress:
            marks = mark_all(rows, book, about, marker, way, progress.tell)
    except KeyboardInterrupt:
        click.echo(f"\nStopped. What was marked is in {out}; the same command goes on.")
        raise SystemExit(1) from None
    _write(book, marks)
    _show(out, marks)


@click.command()
@GRADES
@QUEUE
@WAY
def regrade(grades: Path, queue: str | None, way: str) -> None:
    """Judge again whatever was marked by other checks than those that are here now, and list whose mark changed."""
    from minigram.course.grade.appeals import regrade as again
    from minigram.course.grade.book import Gradebook

    book = Gradebook(grades)
    count = 0
    for change in again(book, _marker(queue, way), way):
        count += 1
        if change is not None:
            click.echo(f"{change.student!r}: {change.before:g} → {change.after:g}")
            for line in change.why:
                click.echo(f"    {line}")
    click.echo(f"{count} judged again." if count else "Every mark was given by the checks that are here now.")
    _write(book, book.marks())


@click.command()
@GRADES
@click.argument("student")
@click.argument("exercise")
@click.argument("points", type=float)
@click.option("--reason", required=True, help="Why; the student reads it.")
def override(grades: Path, student: str, exercise: str, points: float, reason: str) -> None:
    """Decide yourself what an EXERCISE (ch01.2) of a STUDENT is worth. It stays through every regrade."""
    from minigram.course.grade.appeals import override as decide
    from minigram.course.grade.book import Gradebook

    book = Gradebook(grades)
    mark = decide(book, student, exercise, points, reason)
    _write(book, book.marks())
    click.echo(f"{student}: {mark.points:g} of {mark.of}, with {exercise} at {points:g}.")


@click.command()
@click.option("--queue", required=True, help="The Redis of the class (redis://…).")
def grade_worker(queue: str) -> None:
    """Judge what `minigram grade --queue` hands out, one submission at a time, until Ctrl-C."""
    from minigram.course.grade.workers import serve
    from minigram.course.judge.shut.ways import offered

    click.echo(f"Submissions are shut in by {offered().name}. Waiting for orders; Ctrl-C ends it.")
    serve(queue)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def release(folder: Path) -> None:
    """Write the student edition to FOLDER: the committed course without solutions and hidden checks, and its tags."""
    from minigram.course.manifests import root
    from minigram.course.release import release as write

    tags = write(root(), folder)
    for tag in tags:
        click.echo(f"{tag.commit[:12]}  {tag.name}  {tag.state}")
    click.echo(f"The student edition is in {folder}.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--chapter", default="ch01", show_default=True, help="Whose exercises are handed in.")
def gradescope(folder: Path, chapter: str) -> None:
    """Write Gradescope's autograder for a chapter to FOLDER/autograder.zip, with solutions and a secret seed."""
    from minigram.course.grade.gradescope import write_autograder
    from minigram.course.manifests import root

    folder.mkdir(parents=True, exist_ok=True)
    write_autograder(root(), chapter, folder / "autograder.zip")
    click.echo(f"{folder / 'autograder.zip'}: configure the autograder with it. It is yours alone.")


COMMANDS: tuple[click.Command, ...] = (grade, regrade, override, grade_worker, release, gradescope)


def _marker(queue: str | None, way: str) -> "Marker":
    """Who judges. Nothing begins where submissions cannot be shut in; a worker sees to that itself."""
    if queue:
        from minigram.course.grade.workers import Workers

        return Workers(queue)
    from minigram.course.grade.marker import Here
    from minigram.course.judge.shut.ways import offered

    offered(way)
    return Here()


def _write(book: "Gradebook", marks: "list[Mark]") -> None:
    from minigram.course.grade.exports import write
    from minigram.course.judge.exercises import exercises

    hints = {exercise.id: len(exercise.hints) for exercise in exercises(book.about.chapter)}
    write(marks, book.folder, book.about.due, hints)


def _show(out: Path, marks: "list[Mark]") -> None:
    """The table, where everything is, and the exit status."""
    from rich.console import Console

    from minigram.course.grade.exports.table import summary, table

    terminal = Console()
    console = terminal if terminal.is_terminal else Console(width=140)
    console.print(table(marks))
    console.print(summary(marks), markup=False, highlight=False)
    console.print(f"Everything is in {out}", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(any(mark.state not in ("marked", "missing") or mark.unknown for mark in marks))


def _moment(due: str) -> str:
    """A moment with a time zone, in UTC; this machine's zone where none is said."""
    if not due:
        return ""
    with suppress(ValueError):
        return datetime.fromisoformat(due).astimezone(UTC).isoformat(timespec="seconds")
    raise click.UsageError(f"--due {due!r} is no moment: write it as 2026-11-20T23:59+01:00.")
