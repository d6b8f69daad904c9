"""The Docker provider: an image through testcontainers, published on 127.0.0.1."""

import contextlib
import io
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from minigram.lab import LabError
from minigram.lab.leftovers import Owner
from minigram.lab.servers.ports import HOST
from minigram.lab.servers.server import Server

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container as Handle

LABEL = "minigram.run"
"""The label that names a container's run."""
OWNER = "minigram.owner"
"""The label that says which process started it: what the run's owner.json says."""
USED = "docker"
"""The file in a run's directory that says: this run has containers."""


class NoEngine(LabError):
    """No Docker engine answers."""


@cache
def engine() -> "DockerClient":
    """The Docker engine of this machine. Raises NoEngine, with the reason."""
    known = [Path("/var/run/docker.sock"), Path(os.path.expanduser("~/.docker"))]
    if "DOCKER_HOST" not in os.environ and not any(place.exists() for place in known):
        raise NoEngine("no Docker engine answers: there is no /var/run/docker.sock, and DOCKER_HOST is not set")
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.docker_client import DockerClient

    testcontainers_config.ryuk_disabled = True  # its reaper is an image more to download; our leash does its work
    try:
        client = DockerClient(timeout=30).client
        client.ping()
    except Exception as error:
        denied = "Permission denied" in str(error)
        raise NoEngine(f"no Docker engine answers: {'it is not for this user' if denied else error}") from error
    if not str(client.api.base_url).startswith("http+docker://local"):
        raise NoEngine("the Docker engine is on another machine, and servers listen on this one's 127.0.0.1 only")
    return client


def has_image(image: str) -> bool:
    """Whether the engine has the image already."""
    from docker.errors import ImageNotFound

    try:
        engine().images.get(image)
        return True
    except ImageNotFound:
        return False


def pull(kind: type[Server]) -> None:
    """Download or build the image of a kind if the engine does not have it. Raises LabError."""
    from docker.errors import DockerException

    image = kind.image
    if has_image(image):
        return
    print(f"{'Building' if kind.dockerfile else 'Downloading'} the image {image}; this happens once.", file=sys.stderr)
    try:
        if kind.dockerfile:
            engine().images.build(fileobj=io.BytesIO(kind.dockerfile.encode()), tag=image, rm=True, network_mode="host")
        else:
            engine().images.pull(image)
    except DockerException as error:
        how = "built" if kind.dockerfile else "downloaded"
        raise LabError(f"The image {image} is not here and cannot be {how}: {error}.") from error


def containers(run: Path | None = None) -> "list[Handle]":
    """The containers of that run; of every run, where none is named. None where no engine answers."""
    label = LABEL if run is None else f"{LABEL}={run}"
    try:
        return list(engine().containers.list(all=True, filters={"label": label}, ignore_removed=True))
    except NoEngine:
        return []


def labelled() -> dict[Path, Owner]:
    """The runs that containers belong to, each with the process that started it."""
    return {Path(handle.labels[LABEL]): Owner.read(handle.labels[OWNER]) for handle in containers()}


def remove_all(run: Path) -> int:
    """Remove the run's containers with their volumes; how many there were."""
    found = containers(run)
    for handle in found:
        _remove(handle)
    return len(found)


class Container:
    """Runs one server as a container."""

    provider = "docker"

    def __init__(self, server: Server) -> None:
        self.server = server
        pull(type(server))
        self._handle: Handle | None = None

    def start(self) -> None:
        """Create it if it is not there, and start it. A stopped one keeps its files and its port."""
        from docker.errors import APIError

        try:
            if self._handle is None:
                self._handle = self._create()
            else:
                self._handle.start()
        except APIError as error:
            raise LabError(f"Docker could not start {self.server.kind} '{self.server.name}': {error}") from error

    def stop(self) -> None:
        """End it in an orderly way."""
        if self._handle is not None:
            self.resume()  # what is paused would be killed
            self._handle.stop(timeout=10)

    def kill(self) -> None:
        """SIGKILL."""
        if self._handle is not None and self.alive:
            self._handle.kill("SIGKILL")
            self._handle.wait(timeout=10)

    def pause(self) -> None:
        """The engine freezes all its processes."""
        if self._handle is not None and self.alive and self._handle.status != "paused":
            self._handle.pause()

    def resume(self) -> None:
        """The engine lets them go on."""
        if self._handle is not None and self.alive and self._handle.status == "paused":
            self._handle.unpause()

    def end(self) -> None:
        """Remove it, running or not."""
        if self._handle is not None:
            _remove(self._handle)
            self._handle = None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        if self._handle is None:
            return False
        self._handle.reload()
        return self._handle.status in ("running", "paused")

    def pids(self) -> list[int]:
        """All its processes, as the engine's machine numbers them, the first one first."""
        if self._handle is None or not self.alive:
            return []
        first, table = self._handle.attrs["State"]["Pid"], self._handle.top()
        found = [int(row[table["Titles"].index("PID")]) for row in table["Processes"] or ()]
        return sorted(found, key=lambda pid: pid != first)

    def tail(self) -> str:
        """The end of its log."""
        return "" if self._handle is None else self._handle.logs(tail=20).decode(errors="replace")

    def tool(self, user: str, environment: dict[str, str], *argv: str) -> str:
        """Run a program of the image to its end on the files of the server, while that is down; what it printed."""
        from docker.errors import ContainerError

        assert self._handle is not None
        labels = {name: value for name, value in self._handle.labels.items() if name in (LABEL, OWNER)}
        try:
            done = engine().containers.run(
                self.server.image, list(argv), entrypoint=[], user=user, environment=environment, labels=labels,
                volumes_from=[str(self._handle.id)], network_mode="host", remove=True, stderr=True,
            )  # fmt: skip
        except ContainerError as error:
            raise LabError(f"{argv[0]} failed with status {error.exit_status}:\n{error.stderr!s:.2000}") from error
        return bytes(done).decode(errors="replace")

    def _create(self) -> "Handle":
        from testcontainers.core.container import DockerContainer

        engine()
        recipe = self.server.docker()
        labels = {LABEL: str(self.server.run), OWNER: (self.server.run / "owner.json").read_text()}
        (self.server.run / USED).touch()  # before it is there: whoever cleans up has to look for it
        wanted = DockerContainer(self.server.image, env=recipe.environment, labels=labels)
        wanted.with_command(recipe.command)
        if recipe.on_host:
            wanted.with_kwargs(labels=labels, network_mode="host")  # it forgets what was said before
        else:
            wanted.ports[f"{self.server.port_inside}/tcp"] = (HOST, self.server.port)  # type: ignore[assignment]
        try:
            wanted.start()
        except BaseException:
            wanted.stop()
            raise
        return wanted.get_wrapped_container()


def _remove(handle: "Handle") -> None:
    from docker.errors import APIError

    with contextlib.suppress(APIError):  # gone already, or just going
        handle.remove(force=True, v=True)
