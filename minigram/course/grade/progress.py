"""How far a grading has come, and how long it will still take."""

import time
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from minigram.course.grade.marks import Mark


class Progress:
    """A bar with the time left on a terminal; a line for each mark where there is none."""

    def __init__(self, count: int) -> None:
        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bars = Bars(*columns, TextColumn("{task.fields[left]}"), console=self._console, transient=True)
        self._task = self._bars.add_task("marking", total=count, left="")
        self._count, self._done, self._fresh = count, 0, 0
        self._began = time.monotonic()

    def __enter__(self) -> "Progress":
        self._bars.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._bars.stop()

    def tell(self, mark: Mark, before: bool) -> None:
        """A mark is there, freshly given or kept from an earlier grading."""
        self._done += 1
        self._fresh += not before and mark.state == "marked"
        each = (time.monotonic() - self._began) / max(1, self._fresh)
        left = f"{each * (self._count - self._done):.0f} s left" if self._fresh else ""
        self._bars.update(self._task, advance=1, left=left, description=escape(repr(mark.student.id)))
        if not self._console.is_terminal:
            kept = " (kept)" if before else ""
            said = f"{mark.student.id!r}: {mark.state}, {mark.points:g} of {mark.of}{kept} {left}"
            number = f"[{self._done}/{self._count}]"
            self._console.print(number, said, markup=False, highlight=False, soft_wrap=True)
