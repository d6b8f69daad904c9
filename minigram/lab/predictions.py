"""Predictions: numbers that a student writes down before measuring, sealed so that they cannot follow the facts."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from minigram.lab.results import BUILD


class Sealed(Exception):
    """There is a sealed prediction already, and it says something else."""


def seal(stem: str, numbers: Mapping[str, float | None], folder: Path = BUILD / "predictions") -> dict[str, float]:
    """Seal what is predicted (None: nothing) for each question; returns what is sealed.

    The first call that predicts anything seals it. Later calls with the same numbers, or none, return it; with other
    numbers they raise Sealed, which says when it was sealed and how to begin anew.
    """
    path = folder / f"{stem}.json"
    predicted = {question: float(number) for question, number in numbers.items() if number is not None}
    if path.exists():
        kept = _read(path)
        if predicted and predicted != kept["numbers"]:
            raise Sealed(
                f"You sealed other numbers at {kept['sealed']}: {kept['numbers']}. "
                f"Put them back, or remove {path} to predict anew."
            )
        return dict(kept["numbers"])
    if predicted:
        folder.mkdir(parents=True, exist_ok=True)
        sealed = datetime.now(UTC).isoformat(timespec="seconds")
        content = {"numbers": predicted, "sealed": sealed, "seal": _seal(predicted, sealed)}
        path.write_text(json.dumps(content, indent=2) + "\n")
    return predicted


def _read(path: Path) -> dict[str, dict[str, float]]:
    try:
        kept = json.loads(path.read_text())
        if kept["seal"] == _seal(kept["numbers"], kept["sealed"]):
            return dict(kept)
    except (ValueError, KeyError, TypeError):
        pass
    raise Sealed(f"The seal of {path} is broken: it was changed by hand. Remove it to predict anew.")


def _seal(numbers: Mapping[str, float], sealed: str) -> str:
    return hashlib.sha256(json.dumps([dict(sorted(numbers.items())), sealed]).encode()).hexdigest()
