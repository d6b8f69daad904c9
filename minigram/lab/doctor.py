"""What this machine has of what minigram needs, and what to do about what is missing."""

import os
import platform
import shutil
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

from minigram.lab import LabError
from minigram.lab.servers import debian
from minigram.lab.servers.container import NoEngine, engine, has_image
from minigram.lab.servers.kinds import kind
from minigram.lab.servers.provider import provider
from minigram.lab.servers.software import Software, on_this_machine, remedy
from minigram.stages import stages

PYTHON = (3, 11)
BROWSER = Software(programs=("chromium", "chromedriver"), debian="chromium-driver", homebrew="chromedriver")
CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


@dataclass(frozen=True)
class Kind:
    """How a kind of server can be had here: natively, and in Docker."""

    kind: str
    version: str | None
    where: str | None
    download: bool
    image: str
    image_present: bool
    remedy: str


@dataclass(frozen=True)
class Diagnosis:
    """What was found. `mend` is one command for all that is missing, and empty when nothing is."""

    python: str
    python_ok: bool
    docker: str | None
    docker_problem: str | None
    kinds: list[Kind] = field(default_factory=list)
    browser: str | None = None
    provider: str | None = None
    provider_problem: str | None = None
    mend: str = ""
    ok: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return asdict(self)


def diagnose() -> Diagnosis:
    """Look around. Nothing is installed, downloaded or started."""
    problem: str | None = None
    docker: str | None = None
    try:
        docker = str(engine().version()["Version"])
    except NoEngine as error:
        problem = str(error)
    wanted = sorted({need.kind for stage in stages() for need in stage.needs()})
    kinds = [_kind(name, docker is not None) for name in wanted]
    used, used_problem = None, None
    try:
        used = provider()
    except LabError as error:
        used_problem = str(error)
    native = all(found.where or found.download for found in kinds)
    browser = _browser()
    python_ok = sys.version_info >= PYTHON
    missing = [kind(found.kind).software for found in kinds if not found.where and used != "docker"]
    return Diagnosis(
        python=platform.python_version(), python_ok=python_ok, docker=docker, docker_problem=problem,
        kinds=kinds, browser=browser, provider=used, provider_problem=used_problem,
        mend=remedy(*missing, *([] if browser else [BROWSER])),
        ok=python_ok and (used == "docker" or (used == "native" and native)),
    )  # fmt: skip


def _kind(name: str, docker: bool) -> Kind:
    cls = kind(name)
    found = on_this_machine(cls.software) or debian.unpacked(name, cls.software)
    return Kind(
        kind=name,
        version=found.version if found else None,
        where=str(found.folder) if found else None,
        download=found is None and debian.possible(),
        image=cls.image,
        image_present=docker and has_image(cls.image),
        remedy=remedy(cls.software),
    )


def _browser() -> str | None:
    """The browser that the browser tests drive, where its driver is there or Selenium can fetch it."""
    found = next(filter(None, map(shutil.which, CHROMES)), None)
    if platform.system() == "Darwin" and os.access(MAC_CHROME, os.X_OK):
        return found or MAC_CHROME
    return found if found and shutil.which("chromedriver") else None
