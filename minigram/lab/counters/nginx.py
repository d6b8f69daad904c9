"""nginx's own record: a line for each request, with who was asked for an answer, and what came of it.

- `requests`: that were answered. `tries`: how often a process was asked for the answer; a process that fails to give
  one is a try, too, and then another may be asked. `refused`: tries that did not reach the process.
"""

import urllib.request
from dataclasses import dataclass

from minigram.lab import LabError
from minigram.lab.counters import Countable, Look


@dataclass(frozen=True)
class Line:
    """One request: what nginx answered, the processes that it asked, each with the status of its answer, and how many
    of them it could not reach.

    A process is its host and port. One that could not be reached, or gave no answer, has the status 502 or 504.
    """

    status: int
    method: str
    asked: tuple[tuple[str, int], ...]
    refused: int

    @property
    def answered_by(self) -> str:
        """The process whose answer it was; "" where it was none's."""
        return self.asked[-1][0] if self.asked and self.asked[-1][1] not in (502, 504) else ""


def lines(server: Countable) -> list[Line]:
    """The whole record, oldest request first. LabError when the server does not answer."""
    try:
        with urllib.request.urlopen(f"{server.admin_url}/shares", timeout=5) as answer:
            return [_line(text) for text in answer.read().decode().splitlines()]
    except OSError as error:
        raise LabError(f"nginx '{server.name}' did not tell its record: {error}") from error


def look(server: Countable) -> Look:
    """The counters now. The record is kept when nginx is started anew, so they go on."""
    found = lines(server)
    values = {
        "requests": len(found),
        "tries": sum(len(line.asked) for line in found),
        "refused": sum(line.refused for line in found),
    }
    return Look(values, epoch=None)


def _line(text: str) -> Line:
    status, method, *lists = text.split("|")
    tries = zip(*(each.split(", ") for each in lists), strict=True)
    # Where all of them are out, nginx asks nobody, and names the group ("web") with the status 502.
    asked = [(who, int(what), reached) for who, what, reached in tries if ":" in who and what != "-"]
    found = tuple((who, what) for who, what, _ in asked)
    return Line(int(status), method, found, sum(reached == "-" for _, _, reached in asked))
