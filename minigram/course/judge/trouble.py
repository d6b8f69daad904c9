"""What can be wrong with a student's side before anything can be measured, each told from the others."""

from collections.abc import Sequence

EXPLAINED = {
    "syntax": "Python cannot read the file",
    "missing package": "the file imports what is not installed here",
    "import": "an error while the file was imported",
    "signature": "the file does not offer what the statement asks for",
    "error": "your code raised an error",
    "hang": "no answer in time: an endless loop, or far too slow",
    "ended": "the process ended before it had answered",
    "limit": "the process took too much",
    "answer": "what came back is no answer to the question",
}
"""Kind of trouble → what is said of it first."""


class Trouble(Exception):
    """The student's side did not do its part. `str()` of it is what the student reads."""

    def __init__(self, kind: str, says: str = "", lines: Sequence[str] = ()) -> None:
        self.kind, self.says, self.lines = kind, says, tuple(lines)
        told = f"{EXPLAINED[kind]}: {says}" if says else EXPLAINED[kind]
        super().__init__("\n".join([told, *(f"    {line}" for line in lines)]))
