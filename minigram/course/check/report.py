"""A report for a student: one line a check, and for the first that fails what helps."""

import textwrap
from pathlib import Path

from rich.console import Console
from rich.text import Text

from minigram.course.judge.checks import Seen
from minigram.course.judge.exercises import Exercise
from minigram.course.judge.judging import Judged
from minigram.lab.claims import MARKS

COLOURS = {"pass": "green", "fail": "bold red", "unknown": "yellow"}

BEGINNING = """\
This is the stub, as you were given it, and red is how every exercise begins: your set-up works.
Read {statement}, write your code into {file}, and check again."""


def show(judged: Judged, exercise: Exercise, file: Path, console: Console, more: int, untouched: bool) -> None:
    """Print the report. `untouched` says that the file is still the stub; so many `more` hints were asked for."""
    if judged.trouble:
        _block(console, judged.trouble, "red")
    for seen in judged.seen:
        _line(console, seen, bool(judged.trouble))
    failed = next((seen for seen in judged.seen if seen.verdict == "fail"), None)
    if untouched and failed:
        console.print()
        _block(console, BEGINNING.format(file=file, statement=file.with_name("statement.md")), "cyan")
    if failed and judged.printed:
        console.print()
        _block(console, "Your code printed, at last:\n" + "\n".join(f"    {line}" for line in judged.printed), "dim")
    if failed and (more or not (untouched or judged.trouble)):
        for number in range(1 if more else failed.hint, min(failed.hint + more, len(exercise.hints)) + 1):
            _hint(console, exercise, number)
    counts = [sum(seen.verdict == verdict for seen in judged.seen) for verdict in ("pass", "fail", "unknown")]
    words = f"{judged.points} of {judged.of} points: {counts[0]} passed, {counts[1]} failed, {counts[2]} unknown."
    console.print(f"  {words}\n  When it is graded, more checks are run.\n", highlight=False)


def _line(console: Console, seen: Seen, quiet: bool) -> None:
    said = f" {seen.points}/{seen.of}  {seen.says}"
    if seen.measured:
        said += f" · {seen.measured} (wanted {seen.bound}) · {seen.workload}"
    lines = textwrap.wrap(said, max(40, console.width - 12), subsequent_indent=" " * 6)
    console.print(Text("  ").append(f"{MARKS[seen.verdict]:9}", COLOURS[seen.verdict]).append(lines[0]))
    for line in lines[1:]:
        console.print(Text(" " * 11 + line))
    if seen.verdict != "pass" and not quiet:
        for text in filter(None, (seen.why, seen.example)):
            _block(console, text, "default", "      ")


def _hint(console: Console, exercise: Exercise, number: int) -> None:
    hints = exercise.hints
    more = " (one more: --hint)" if number < len(hints) else ""
    console.print()
    _block(console, f"Hint {number} of {len(hints)}{more}: {' '.join(hints[number - 1].split())}", "cyan")


def _block(console: Console, text: str, style: str, indent: str = "  ") -> None:
    """Text as it is, indented; what is too long for a line of the terminal goes on in the next one."""
    for line in text.splitlines():
        first = indent + " " * (len(line) - len(line.lstrip()))
        width = max(40, console.width - len(first))
        for part in textwrap.wrap(line.strip(), width, break_long_words=False) or [""]:
            console.print(Text(first + part, style))
