"""Servers that get only a part of a core each, as if each had a small machine of its own."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from minigram.lab import LabError
from minigram.lab.servers import Server

PERIOD = 100_000
"""Microseconds over which the kernel counts."""
GROUPS = Path("/sys/fs/cgroup")


class CannotCap(LabError):
    """Nothing on this machine lets us do it. The message says why."""


@contextmanager
def capped(servers: Iterable[Server], cores: float) -> Iterator[None]:
    """During the block each of these servers gets at most so many cores. Raises CannotCap."""
    with ExitStack() as caps:
        for server in servers:
            caps.enter_context(_in_docker(server, cores) if server.provider == "docker" else _in_group(server, cores))
        yield


@contextmanager
def _in_docker(server: Server, cores: float) -> Iterator[None]:
    from minigram.lab.servers.container import containers

    ports = {"HostPort": str(server.port)}
    for handle in containers(server.run):
        if any(ports.items() <= port.items() for all in handle.ports.values() for port in all or ()):
            break
    else:
        raise CannotCap(f"The container of {server.name} is not there.")
    handle.update(cpu_period=PERIOD, cpu_quota=int(cores * PERIOD))
    try:
        yield
    finally:
        handle.update(cpu_quota=-1)


@contextmanager
def _in_group(server: Server, cores: float) -> Iterator[None]:
    parent, quota = _parent()
    group = parent / f"minigram-{os.getpid()}-{server.name}"
    homes = {pid: _home(pid, parent) for pid in server.pids()}
    try:
        group.mkdir()
    except OSError as error:
        raise CannotCap(f"{group} cannot be made ({error.strerror}), so no server can be capped.") from error
    try:
        _write(group / quota, f"{int(cores * PERIOD)} {PERIOD}" if quota == "cpu.max" else str(int(cores * PERIOD)))
        for pid in homes:
            with contextlib.suppress(ProcessLookupError):
                _write(group / "cgroup.procs", str(pid))
        yield
    finally:
        back = next(iter(homes.values()), parent)
        while inside := (group / "cgroup.procs").read_text().split():  # what has been started meanwhile, too
            for number in inside:
                with contextlib.suppress(ProcessLookupError):
                    _write(homes.get(int(number), back) / "cgroup.procs", number)
        group.rmdir()


def _parent() -> tuple[Path, str]:
    """Where a group with a bound of its own can be made, and the file that bounds it."""
    for _, controllers, own in _memberships("self"):
        if controllers == "":  # version 2: the nearest group above us whose groups share out the processor
            place = GROUPS / own.lstrip("/")
            for folder in (place, *place.parents):
                enabled = folder / "cgroup.subtree_control"
                if enabled.is_file() and "cpu" in enabled.read_text().split() and os.access(folder, os.W_OK):
                    return folder, "cpu.max"
        elif "cpu" in controllers.split(","):
            folder = GROUPS / controllers / own.lstrip("/")
            if os.access(folder, os.W_OK):
                return folder, "cpu.cfs_quota_us"
    raise CannotCap("This user may not bound the processor time of servers: no control group can be written to.")


def _home(pid: int, parent: Path) -> Path:
    """The group that a process is in now, of the same kind as `parent`."""
    for _, controllers, own in _memberships(str(pid)):
        folder = GROUPS / controllers / own.lstrip("/")
        if folder.is_dir() and (controllers == "" or "cpu" in controllers.split(",")) and _same_tree(folder, parent):
            return folder
    return parent


def _same_tree(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def _memberships(process: str) -> list[tuple[str, str, str]]:
    try:
        lines = Path("/proc", process, "cgroup").read_text().splitlines()
    except OSError:
        return []
    found = [line.split(":", 2) for line in lines]
    return [(number, controllers, own) for number, controllers, own in found]


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text)
    except PermissionError as error:
        raise CannotCap(f"{file} cannot be written to ({error.strerror}), so no server can be capped.") from error
