"""A chapter's notebook, run as a student runs it, and what it recorded."""

import json
from collections.abc import Collection, Sequence
from typing import Any

import pytest

from minigram.course.notebooks import execute, notebooks
from minigram.lab.notebook import STAGE
from minigram.lab.results import BUILD
from minigram.stages import path_of
from minigram.system import Minigram


def run_notebook(stem: str, scale: str = "tiny") -> dict[str, Any]:
    """Execute the notebook of this chapter from the first cell to the last; what it recorded."""
    (path,) = notebooks(stem)
    kept = BUILD / "results" / f"{stem}.json"
    kept.unlink(missing_ok=True)
    execute(path, scale, lambda step: None)
    results: dict[str, Any] = json.loads(kept.read_text())
    return results


def runs_twice_in_a_row(stem: str, exact: Collection[str], count: int) -> dict[str, Any]:
    """Restart and run all works, and so it does once more: of the claims, those with these exact bounds pass both
    times, and there are so many of them. What the second run recorded.

    Exact claims must hold on any machine. The others may be unknown on a noisy one at the tiny scale.
    """
    results: dict[str, Any] = {}
    for _ in range(2):
        results = run_notebook(stem)
        found = [claim for claim in results["claims"] if claim["bound"] in exact]
        assert len(found) == count, [(claim["bound"], claim["says"]) for claim in results["claims"]]
        assert {claim["verdict"] for claim in found} == {"pass"}, found
    return results


def each_chaff(count: int, rows: Sequence[tuple[type[Minigram], str]]) -> pytest.MarkDecorator:
    """Each row is a stage with one thing broken, and how the claim begins that has to notice. A notebook takes its
    time: those of the first `count` stages are slow tests, the others thorough."""
    first = list(dict.fromkeys(broken for broken, _ in rows))[:count]
    marked = [pytest.param(*row, marks=() if row[0] in first else pytest.mark.thorough) for row in rows]
    return pytest.mark.parametrize(("chaff", "claim"), marked)


class Noticed:
    """The verdicts of a chapter's notebook with one thing broken at a time; each breakage is run once."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self._seen: dict[type[Minigram], dict[str, str]] = {}

    def verdict(self, broken: type[Minigram], claim: str) -> str:
        """That of the claim whose sentence begins so. What a busy machine leaves unknown is asked twice more."""
        for _ in range(3):
            if broken not in self._seen:
                self._seen[broken] = self._run(broken)
            (found,) = [verdict for says, verdict in self._seen[broken].items() if says.startswith(claim)]
            if found != "unknown":
                break
            del self._seen[broken]
        return found

    def _run(self, broken: type[Minigram]) -> dict[str, str]:
        """Each claim's verdict."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(STAGE, path_of(broken))
            return {claim["says"]: claim["verdict"] for claim in run_notebook(self.stem)["claims"]}
