"""One submission, judged in a process of its own: what goes wrong there costs nobody else anything.

`python -m minigram.course.grade.one` reads an order as JSON and writes what was judged as JSON.
"""

import base64
import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any

from minigram.course.judge.exercises import exercises, fingerprints
from minigram.course.judge.judging import judge, unjudged
from minigram.course.judge.shut.ways import offered
from minigram.lab import LabError

MISSING = "nothing was handed in for this exercise"


@dataclass(frozen=True)
class Order:
    """What is to be judged: the chapter, the seam files in base64 by exercise, and the secret seed.

    `checks` are the fingerprints by exercise. A machine whose checks are others must not judge. `way` may be empty:
    the first that the machine offers.
    """

    chapter: str
    seams: dict[str, str]
    seed: int
    checks: dict[str, str]
    way: str = ""

    @classmethod
    def of(cls, chapter: str, seams: dict[str, bytes], seed: int, way: str) -> "Order":
        coded = {id: base64.b64encode(seam).decode() for id, seam in seams.items()}
        return cls(chapter, coded, seed, fingerprints(chapter), way)


def work(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Judge each exercise of an order; both sides are plain JSON. Raises LabError where this machine cannot."""
    wanted = Order(**order)
    way = offered(wanted.way)
    found = []
    for exercise in exercises(wanted.chapter):
        if wanted.checks.get(exercise.id) != exercise.fingerprint():
            raise LabError(f"The checks of {exercise.id} here are not those of whoever asks: bring both up to date.")
        if exercise.id in wanted.seams:
            seam = base64.b64decode(wanted.seams[exercise.id])
            found.append(judge(exercise, seam, way, wanted.seed, hidden=True))
        else:
            found.append(unjudged(exercise, "fail", MISSING, wanted.seed))
    return [asdict(one) for one in found]


def main() -> None:
    """Standard output is for the answer alone: whatever else would be printed goes to standard error."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        found = work(json.load(sys.stdin))
    except LabError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    json.dump(found, answer)
    answer.close()


def _end_with(parent: int) -> None:
    """Nobody waits for a mark when whoever asked has been killed: end as on Ctrl-C, which stops every server."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
