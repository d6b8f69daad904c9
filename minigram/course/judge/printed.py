"""What a student's code has printed, from the logs of its side."""

import re
from collections import deque
from pathlib import Path

_BEGINS = "Traceback (most recent", "[20"
_BETWEEN = "The above exception was the direct cause", "During handling of the above exception"


def printed(run: Path, most: int = 10) -> list[str]:
    """The last lines in the logs of the student's side that are neither a traceback's nor the web server's."""
    lines = deque[str](maxlen=most)
    for log in sorted(run.glob("student*.log")) + sorted(run.glob("web*.log")):
        inside = False
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith(_BEGINS):
                inside = True
            elif inside and re.match(r"[A-Za-z_][\w.]*(: |$)", line):
                inside = False  # what was raised: the last line of a traceback
            elif not inside and line.strip() and not line.startswith((" ", "LINE ", *_BETWEEN)):
                lines.append(line)
    return [*lines]
