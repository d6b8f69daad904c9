"""What a chapter has measured, in one JSON file: the tour, the chapters and the book read it."""

import json
import math
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from minigram.lab.claims import Claim
from minigram.lab.machine import ROOT, commit, machine, versions

BUILD = ROOT / "build"
"""Where runs write; nothing in it is committed."""


@dataclass
class Results:
    """The measurements of one run of a chapter's notebook, with all that one must know to judge them."""

    stem: str
    scale: str
    seed: int
    provider: str
    servers: dict[str, str]
    measurements: dict[str, Any] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def as_json(self) -> dict[str, Any]:
        return {
            "chapter": self.stem,
            "scale": self.scale,
            "seed": self.seed,
            "commit": commit(),
            "when": self.began.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - self.began).total_seconds(), 1),
            "machine": machine(),
            "versions": versions() | self.servers,
            "provider": self.provider,
            "measurements": _plain(self.measurements),
            # What never came, or could not be compared, is no number.
            "claims": [{**asdict(c), "value": c.value if math.isfinite(c.value) else None} for c in self.claims],
            "figures": self.figures,
        }

    def save(self) -> Path:
        """Write build/results/<stem>.json."""
        path = BUILD / "results" / f"{self.stem}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), indent=2, ensure_ascii=False, allow_nan=False) + "\n")
        return path


def _plain(value: Any) -> Any:
    """As JSON has it: keys are text, and what is no number is null."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value
