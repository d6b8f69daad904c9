"""Shut in by a Docker container without network, for a machine that has an engine and nothing better."""

import contextlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from minigram.course.judge.shut.limits import Limits
from minigram.course.judge.shut.place import Place
from minigram.lab import LabError
from minigram.lab.machine import ROOT
from minigram.lab.servers.container import LABEL, OWNER, USED, engine, has_image

if TYPE_CHECKING:
    from docker.models.containers import Container as Handle

IMAGE = "minigram"
"""What `docker compose build` makes of the course's Dockerfile: Python with the course's packages."""
PYTHON = "/minigram/.venv/bin/python"
"""Where Python is in it."""


class Container:
    """A program in a container of its own; to a Side it is what a process of this machine is."""

    def __init__(
        self, name: str, command: Sequence[str], place: Place, environment: dict[str, str], limits: Limits, scratch: int
    ) -> None:
        self.name, self.log = name, place.run / f"{name}.log"
        self._command, self._place, self._environment = list(command), place, environment
        self._limits, self._scratch = limits, scratch
        self._handle: Handle | None = None

    @property
    def alive(self) -> bool:
        from docker.errors import NotFound

        handle = self._handle
        if handle is None:
            return False
        try:
            handle.reload()
        except NotFound:  # the watch has just removed it
            return False
        return bool(handle.status == "running")

    def pids(self) -> list[int]:
        """None: memory and processes are counted by the engine, which keeps the limits itself."""
        return []

    def start(self) -> None:
        """Create and start it. Raises LabError."""
        from docker.errors import APIError
        from docker.types import LogConfig

        place, user = self._place, self._place.user or os.getuid()
        read = {str(path): {"bind": str(path), "mode": "ro"} for path in (ROOT / "minigram", place.work, place.servers)}
        (place.run / USED).touch()  # before it is there: whoever cleans up has to look for it
        try:
            self._handle = engine().containers.run(
                IMAGE, self._command, detach=True, entrypoint="", user=f"{user}:{user}", environment=self._environment,
                labels={LABEL: str(place.run), OWNER: (place.run / "owner.json").read_text()},
                volumes={**read, str(place.doors): {"bind": str(place.doors), "mode": "rw"}},
                network_mode="none", read_only=True, tmpfs={"/tmp": f"size={self._scratch},mode=1777"},
                cap_drop=["ALL"], security_opt=["no-new-privileges"], init=True,
                mem_limit=self._limits.memory, memswap_limit=self._limits.memory, pids_limit=self._limits.processes,
                log_config=LogConfig(type="json-file", config={"max-size": "2m", "max-file": "1"}),
            )  # fmt: skip
        except APIError as error:
            raise LabError(f"The container of a submission could not be started: {error}") from error

    def kill(self) -> None:
        """Remove it, running or not."""
        from docker.errors import APIError

        if self._handle is not None:
            with contextlib.suppress(APIError):
                self._handle.remove(force=True, v=True)
            self._handle = None

    def tail(self, lines: int = 20) -> str:
        """The end of what it printed."""
        return "" if self._handle is None else self._handle.logs(tail=lines).decode(errors="replace")


def problem() -> str:
    """Why containers cannot be used here; empty where they can."""
    try:
        if has_image(IMAGE):
            return ""
        return f"there is no image {IMAGE}: `docker compose build` makes it"
    except LabError as error:
        return str(error)
