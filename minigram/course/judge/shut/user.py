"""A program that runs as a user of its own: all that this user runs belongs to it, whoever its parent is by now."""

import contextlib
import json
import time

import psutil

from minigram.lab.leftovers import is_alive
from minigram.lab.processes import Program


class OfUser(Program):
    """Where there are no namespaces, a process can leave its family; it cannot leave its user."""

    def pids(self) -> list[int]:
        return [found.pid for found in self._theirs()]

    def kill(self) -> None:
        """SIGKILL to all of them, until none is left that could have started another one. Raises TimeoutError."""
        super().kill()
        end = time.monotonic() + 10
        while theirs := self._theirs():
            if time.monotonic() > end:
                raise TimeoutError(f"{len(theirs)} processes of a submission cannot be ended")
            for found in theirs:
                with contextlib.suppress(psutil.NoSuchProcess):
                    found.kill()

    def _theirs(self) -> list[psutil.Process]:
        user = json.loads(self.argv[3])["user"]
        return [
            found
            for found in psutil.process_iter(["uids"])
            if found.info["uids"] and found.info["uids"].real == user and is_alive(found)
        ]
