"""A rolling restart: the web servers get new code one after the other, while people go on coming.

gunicorn does the delicate part. On SIGHUP its first process keeps the listening socket, starts a new worker with the
code as it is now, and asks the old one to finish what it has begun. Who comes meanwhile waits in the socket's line.

With code that does not start there would be no new worker, and the first process would end. So it is tried out before.
"""

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator

import psutil

from minigram.lab import LabError
from minigram.lab.attached import Known
from minigram.lab.leftovers import is_alive


def roll(web_servers: Iterable[Known], health: str = "/health", within: float = 60) -> Iterator[str]:
    """Give each web server new workers, one after the other; yields the name of each that has them and answers.

    Raises LabError, and leaves all as they are, when the code does not start; and those after it, when one is not there
    or does not answer `within` seconds.
    """
    tried = False
    for server in web_servers:
        try:
            first = psutil.Process(server.pid)
            if not is_alive(first):
                raise psutil.NoSuchProcess(server.pid)
            if not tried:
                _try_out(first, within)
                tried = True
            old = first.children()
            os.kill(server.pid, signal.SIGHUP)
        except (psutil.NoSuchProcess, ProcessLookupError) as error:
            raise LabError(f"{server.name} is not running. Stop the app, and start it again.") from error
        end = time.monotonic() + within
        while any(is_alive(worker) for worker in old) or not _answers(server.url + health):
            if not is_alive(first):
                raise LabError(f"{server.name} ended: does the new code start? Those after it go on with the old code.")
            if time.monotonic() > end:
                raise LabError(f"{server.name} had no new worker that answers within {within:g} s. The others go on.")
            time.sleep(0.02)
        yield server.name


def _try_out(web_server: psutil.Process, within: float) -> None:
    """Load the code as this web server would, over the same servers."""
    try:
        done = subprocess.run(
            [*web_server.cmdline(), "--check-config"], env=web_server.environ(), cwd=web_server.cwd(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=within, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise LabError(f"The new code did not start within {within:g} s. All go on with the old code.") from late
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise LabError("The new code does not start. All go on with the old code. It says:\n" + "\n".join(said[-6:]))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False
