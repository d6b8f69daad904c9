"""The ways of shutting in, each as the command that does it, and which of them this machine offers."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from minigram.course.judge.shut import container, enter, newroot
from minigram.course.judge.shut.limits import Limits, Side
from minigram.course.judge.shut.place import Place, readable
from minigram.course.judge.shut.user import OfUser
from minigram.lab import LabError
from minigram.lab.leash import held_run
from minigram.lab.machine import ROOT
from minigram.lab.processes import Program

SCRATCH = 64 * 2**20
"""Bytes of each place in memory where files can be put."""

Arguments = Sequence[str]


@dataclass(frozen=True)
class Way:
    """A way of running the student's side. `wrap` is the command that stands before Python's; a container has none."""

    name: str
    wrap: Callable[[Place], list[str]] | None
    shut: bool = True

    @property
    def hands(self) -> bool:
        """Whether it can hand over an open socket. Where it can, nothing of this machine has to be writable."""
        return self.wrap is not None

    def scratch(self, place: Place) -> Path:
        """Where the student's side may write files."""
        return Path("/tmp") if self.shut else place.doors

    def side(
        self, name: str, argv: Arguments, place: Place, environment: dict[str, str], handed: Sequence[int] = ()
    ) -> Side:
        """A side that runs `python argv…`, with these file descriptors; it is not started yet."""
        limits, environment = Limits(), _environment(place, self) | environment
        if self.wrap is None:
            command = _entering(argv, place.work, limits, None, True, container.PYTHON)
            boxed = container.Container(name, command, place, environment, limits, SCRATCH)
            return Side(boxed, place.doors, limits)
        # The kernel counts all processes of a user: here, unshut, that would be everything that the student runs.
        kept, user = (limits, place.user) if self.shut else (replace(limits, processes=0), None)
        command = [*self.wrap(place), *_entering(argv, place.work, kept, user, self.shut)]
        kind = OfUser if self.name == "apart" else Program
        program = kind(name, command, run=place.run, environment=environment, handed=handed)
        return Side(program, place.doors, limits)


def bubblewrap(place: Place) -> list[str]:
    """Namespaces of its own, made by bwrap. As root it keeps the right to become another user, and `enter` does."""
    command = ["bwrap", "--die-with-parent", "--new-session"]
    if place.user is None:
        command += ["--unshare-all"]
    else:
        command += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", "/dev/shm"):
        command += ["--perms", "1777", "--size", str(SCRATCH), "--tmpfs", folder]
    for path in [*readable(), place.work, place.servers]:
        for above in list(path.parents)[-2::-1]:  # bwrap would close them to everybody but root
            command += [] if above == Path("/tmp") else ["--perms", "0755", "--dir", str(above)]
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        else:
            command += ["--ro-bind", str(path), str(path)]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--"]


def namespaces(place: Place) -> list[str]:
    """The same made by unshare, for root alone: `newroot` mounts what is to be seen, and nothing else is there."""
    unshare = ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--propagation"]
    seen = {"root": str(place.run / "root"), "scratch": SCRATCH}
    read = [str(path) for path in (*readable(), place.work, place.servers)]
    return [*unshare, "private", sys.executable, "-I", newroot.__file__, json.dumps({**seen, "read": read})]


def apart(place: Place) -> list[str]:
    """Another user without namespaces of its own: enough in a container that is one submission's own, where nobody
    else's work is, and where what that user must not see is closed to it."""
    return []


def openly(place: Place) -> list[str]:
    """Nothing stands before it: a student's own code on the student's own machine."""
    return []


OPEN = Way("open", openly, shut=False)
WAYS = (
    Way("bubblewrap", bubblewrap),
    Way("namespaces", namespaces),
    Way("container", None),
    Way("apart", apart),
)
ALONE = "MINIGRAM_ALONE"
"""The environment variable that says: this machine is a container that one submission has for itself."""


@cache
def offered(name: str = "") -> Way:
    """The first way of shutting in that works here, or the one of that name. Raises LabError, which says why none."""
    reasons = []
    for way in WAYS:
        if name in ("", way.name):
            problem = _problem(way)
            if not problem:
                return way
            reasons.append(f"{way.name}: {problem}")
    known = ", ".join(way.name for way in WAYS)
    raise LabError(
        "Marks are only given where a submission can be shut in, and nothing here can do that.\n  "
        + "\n  ".join(reasons or [f"{name!r} is no way of doing it. There are: {known}."])
        + "\nThe package bubblewrap brings what is needed (Debian, Ubuntu, Fedora, Arch)."
    )


def _problem(way: Way) -> str:
    """Why the way does not work here; empty where it does: it is tried, and has to see nothing that it should not."""
    tool = {"bubblewrap": "bwrap", "namespaces": "unshare"}.get(way.name)
    if tool is not None and shutil.which(tool) is None:
        return f"there is no program {tool}"
    if way.name == "container" and (missing := container.problem()):
        return missing
    if way.name == "apart" and not os.environ.get(ALONE):
        return f"only in a container that one submission has for itself, and {ALONE} is not set"
    if way.name in ("namespaces", "apart") and os.geteuid() != 0:
        return "only root can do it"
    with held_run() as run:
        place = Place(run)
        place.make()
        secret = [str(ROOT / name) for name in ("solutions",) + (() if way.name == "apart" else ("chapters",))]
        look = f"import os; print('seen:', any(os.access(name, os.R_OK) for name in {secret!r}))"
        side = way.side("probe", ["-c", look], place, {})
        side.start()
        end = time.monotonic() + 20
        while side.alive and time.monotonic() < end:
            time.sleep(0.01)
        said = side.program.tail().strip()[-300:]
        side.end()
        return "" if said == "seen: False" else said or "it did not run"


def _entering(
    argv: Arguments, work: Path, limits: Limits, user: int | None, shut: bool, python: str = sys.executable
) -> list[str]:
    """The command that takes on the limits and becomes Python."""
    kernel = {"AS": limits.space, "NOFILE": limits.files, "FSIZE": limits.largest, "CORE": 0}
    if limits.processes:
        kernel["NPROC"] = limits.processes
    given = {"user": user, "work": str(work), "limits": kernel, "shut": shut}
    return [python, "-I", enter.__file__, json.dumps(given), *argv]


def _environment(place: Place, way: Way) -> dict[str, str]:
    """All that the student's side finds in its environment: nothing of ours but where the code lies."""
    scratch = str(way.scratch(place))
    return {
        "PATH": "/usr/bin:/bin" if way.shut else os.environ.get("PATH", os.defpath),
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "MALLOC_ARENA_MAX": "2",  # else each thread takes 64 MiB of addresses
        "PYTHONPATH": f"{place.work}{os.pathsep}{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
