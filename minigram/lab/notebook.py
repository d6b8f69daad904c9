"""What a chapter's notebook speaks to: it starts a stage, seals predictions, and keeps what was measured.

chapter = Chapter("ch01_one_server")
town = chapter.start()                       # the stage runs, and a town has moved in
chapter.predict({"statements for 1,000": None})
chapter.record("feed", ...); chapter.figure("feed", figure, "what it shows"); chapter.claim(...)
chapter.finish()                             # everything stops; the table of claims; one JSON file
"""

import atexit
import inspect
import os
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, cast

from IPython.display import Image, Markdown, display
from matplotlib.figure import Figure

from minigram.lab import plots, predictions
from minigram.lab.claims import MARKS, Claim, overall, readable
from minigram.lab.diagram import described, diagram
from minigram.lab.machine import cores, machine
from minigram.lab.people import Residents, fill
from minigram.lab.results import Results
from minigram.lab.running import Running, running
from minigram.lab.town import SIZES
from minigram.stages import at, stage
from minigram.stages.ch01_one_server import OneServer

SCALE = "MINIGRAM_SCALE"
"""The environment variable that says at which scale notebooks run: "quick", unless it says "full"."""

STAGE = "MINIGRAM_STAGE"
"""The environment variable that puts another class ("module:Class") in place of the chapter's: claims are tested so."""


class Chapter:
    """One run of a chapter's notebook. Making a second one for the same chapter ends the first."""

    _open: "Chapter | None" = None

    def __init__(self, stem: str, seed: int = 1) -> None:
        if Chapter._open is not None:
            Chapter._open.stop()
        self.scale = os.environ.get(SCALE, "quick")
        if self.scale not in SIZES:
            raise ValueError(f"{SCALE} is {self.scale!r}; it has to be one of {', '.join(SIZES)}.")
        other = os.environ.get(STAGE)
        self.stem, self.seed = stem, seed
        self.stage = cast(type[OneServer], at(other) if other else stage(stem))
        self._ending = ExitStack()
        self._predicted: dict[str, float] = {}
        self.results = Results(stem, self.scale, seed, "none", {})
        Chapter._open = self
        atexit.register(self.stop)
        about = machine()
        display(Markdown(f"`{self.stage.title}` at {self.scale} scale, on {about['processor']}, {cores()} cores."))

    def diagram(self) -> None:
        """The stage, drawn from what it says of itself."""
        self.figure("diagram", diagram(self.stage), described(self.stage))

    def start(self) -> tuple[Running, Residents]:
        """Start the stage's servers and processes, and let a town of the scale's size move in."""
        run = self._ending.enter_context(running(self.stage))
        self.results.provider = run.provider
        self.results.servers = {s.kind: s.version for s in run.servers.values()}
        residents = fill(cast(OneServer, run.system), SIZES[self.scale], self.seed)
        return run, residents

    def predict(self, numbers: Mapping[str, float | None]) -> None:
        """Seal what the student expects; None where they would rather not say."""
        try:
            self._predicted = predictions.seal(self.stem, numbers)
            said = ", ".join(f"{question}: **{number:g}**" for question, number in self._predicted.items())
            text = (
                f"Sealed. You predict {said}."
                if said
                else "No predictions. Write numbers in place of None, if you like."
            )
        except predictions.Sealed as error:
            text = f"**{error}**"
        display(Markdown(text))

    def compare(self, measured: Mapping[str, float]) -> None:
        """Predictions beside what was measured."""
        lines = ["| question | you predicted | measured |", "|---|---:|---:|"]
        for question, value in measured.items():
            mine = self._predicted.get(question)
            said = "–" if mine is None else f"{mine:g}"
            lines.append(f"| {question} | {said} | {readable(value)} |")
        display(Markdown("\n".join(lines)))

    def show(self, thing: Any) -> None:
        """The source of a class or function, as it runs."""
        display(Markdown(f"```python\n{inspect.getsource(thing)}```"))

    def record(self, name: str, value: Any) -> None:
        """Keep a measurement: numbers, texts, lists and dictionaries of them."""
        self.results.measurements[name] = value

    def figure(self, name: str, figure: Figure, alt: str) -> None:
        """Show a figure and keep it; `alt` says in words what it shows."""
        path = plots.save(figure, self.stem, name)
        self.results.figures[path.stem] = alt
        display(Image(plots.png(figure), alt=alt))

    def claim(self, *claims: Claim) -> None:
        """Keep claims, and show them."""
        self.results.claims.extend(claims)
        display(Markdown(table(claims)))

    def finish(self) -> None:
        """Stop everything, keep the results, and show the verdict."""
        self.stop()
        path = self.results.save()
        verdict = MARKS[overall(self.results.claims)]
        count = len(self.results.claims)
        where = path.relative_to(path.parents[2])
        display(Markdown(f"**{verdict}** · {count} claims · kept in `{where}`\n\n{table(self.results.claims)}"))

    def stop(self) -> None:
        """Stop what this chapter has started; the second time changes nothing."""
        self._ending.close()
        if Chapter._open is self:
            Chapter._open = None


def table(claims: "list[Claim] | tuple[Claim, ...]") -> str:
    """Claims as a Markdown table, with what was published where that is known of one of them."""
    published = any(claim.published for claim in claims)
    lines = ["| claim | before | after | judged | bound | verdict |", "|---|---:|---:|---:|---|---|"]
    if published:
        lines = [lines[0] + " published |", lines[1] + "---|"]
    for claim in claims:
        why = f" ({claim.why})" if claim.verdict != "pass" and claim.why else ""
        lines.append(
            f"| {claim.says} | {claim.before} | {claim.after} | {readable(claim.value)} | {claim.bound} | "
            f"{MARKS[claim.verdict]}{why} |" + (f" {claim.published} |" if published else "")
        )
    return "\n".join(lines)
