"""Where the programs of a server are on this machine, and how they come to it."""

import glob
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from minigram.lab import LabError

HOMEBREW = ("/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew")


@dataclass(frozen=True)
class Software:
    """What a kind of server is called where it comes from.

    `places` are patterns of directories to look in beside PATH; `debian` is the package that brings
    `programs`, `oldest` the first major version that will do, and `unneeded` a pattern of packages that it
    depends on but that the programs run without. `version` makes the first program say its own.
    """

    programs: tuple[str, ...]
    debian: str
    homebrew: str
    places: tuple[str, ...] = ()
    oldest: int = 0
    version: str = "--version"
    unneeded: str = "$^"


@dataclass(frozen=True)
class Found:
    """The programs of a kind, by name, and the environment that they need."""

    programs: dict[str, Path]
    version: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The directory that holds them."""
        return next(iter(self.programs.values())).parent

    def __getitem__(self, program: str) -> str:
        return str(self.programs[program])


def on_this_machine(software: Software) -> Found | None:
    """The newest version whose programs are all in one of the usual places."""
    found = [f for f in (in_folder(software, place) for place in _places(software)) if f is not None]
    return max(found, key=lambda f: _numbers(f.version), default=None)


def in_folder(software: Software, folder: Path, environment: dict[str, str] | None = None) -> Found | None:
    """The programs in that directory, if all are there and tell their version."""
    programs = {name: folder / name for name in software.programs}
    if not all(os.access(path, os.X_OK) for path in programs.values()):
        return None
    environment = environment or {}
    try:
        said = subprocess.run(
            [str(programs[software.programs[0]]), software.version], capture_output=True, text=True, timeout=10,
            check=False, env={"PATH": os.defpath, **environment},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    if version is None or said.returncode != 0 or _numbers(version.group())[0] < software.oldest:
        return None
    return Found(programs, version.group(), environment)


def remedy(*wanted: Software) -> str:
    """The one command that brings all of them to this machine; empty when nothing is wanted."""
    if not wanted:
        return ""
    if platform.system() == "Darwin":
        return f"brew install {' '.join(dict.fromkeys(software.homebrew for software in wanted))}"
    if Path("/etc/debian_version").exists():
        sudo = "" if os.geteuid() == 0 else "sudo " if shutil.which("sudo") else "(as root) "
        packages = " ".join(dict.fromkeys(software.debian for software in wanted))
        return f"{sudo}apt-get update && {sudo}apt-get install {packages}"
    programs = ", ".join(dict.fromkeys(program for software in wanted for program in software.programs))
    return f"install with this system's package manager what brings these into PATH: {programs}"


def missing(kind: str, software: Software) -> LabError:
    """The error that says what to install."""
    return LabError(
        f"There is no {kind} on this machine ({', '.join(software.programs)}). To mend it: {remedy(software)}"
    )


def _places(software: Software) -> list[Path]:
    brew = [f"{place}/opt/{software.homebrew.split('@')[0]}*/bin" for place in HOMEBREW]
    patterns = [*software.places, *brew, *os.environ.get("PATH", os.defpath).split(os.pathsep), "/usr/sbin"]
    return [Path(place).resolve() for pattern in patterns for place in sorted(glob.glob(pattern))]


def _numbers(version: str) -> list[int]:
    return [int(n) for n in version.split(".")]
