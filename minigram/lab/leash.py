"""The leash: a helper process that removes what a run has left when the process that started it is gone.

`hold` starts it, once in a process. It holds the reading end of a pipe, so that however this process ends, by
SIGKILL too, the pipe closes and the helper removes each run that was not let go. It stands in a session of
its own, where no Ctrl-C reaches it. (Linux could kill children with their parent; but it does so when the
*thread* that started them ends, and macOS cannot.)
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_lock = threading.Lock()
_helper: subprocess.Popen[str] | None = None


def hold(run: Path) -> None:
    """From now on the run is removed when this process ends, in whatever way."""
    _tell(f"+{run}")


def let_go(run: Path) -> None:
    """The run has been removed."""
    _tell(f"-{run}")


@contextmanager
def held_run() -> Iterator[Path]:
    """A run of this process. When the block ends, however it ends, all that belongs to the run is removed."""
    from minigram.lab.leftovers import new_run, remove

    run = new_run()
    hold(run)
    try:
        yield run
    finally:
        remove(run)
        let_go(run)


def _tell(line: str) -> None:
    global _helper
    with _lock:
        if _helper is None or _helper.poll() is not None:
            _helper = _start()
        with contextlib.suppress(BrokenPipeError):
            assert _helper.stdin is not None
            _helper.stdin.write(line + "\n")
            _helper.stdin.flush()


def _start() -> subprocess.Popen[str]:
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-m", __name__], text=True, cwd="/", env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def _forget_in_child() -> None:
    """A forked child must not keep the pipe open: the helper would wait for it too."""
    global _helper, _lock
    if _helper is not None and _helper.stdin is not None:
        with contextlib.suppress(OSError):
            os.close(_helper.stdin.fileno())
        _helper.returncode = 0  # not a child of this process
    _helper, _lock = None, threading.Lock()


def _watch() -> None:
    from minigram.lab.leftovers import remove

    held: set[Path] = set()
    for line in sys.stdin:  # ends when the process that holds the other end is gone
        run = Path(line[1:].rstrip("\n"))
        (held.add if line[0] == "+" else held.discard)(run)
    for run in held:
        remove(run, starting=True)


os.register_at_fork(after_in_child=_forget_in_child)

if __name__ == "__main__":
    _watch()
