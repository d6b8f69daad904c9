"""What a stage needs in order to run, and where it was found running.

A stage asks for servers (`Need`) and lists its own processes (`Process`). Whoever starts them
writes one file of `Addresses`; every web process and every worker builds its Minigram from it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

VARIABLE = "MINIGRAM_ADDRESSES"
"""The environment variable that names the file of addresses."""


class AddressError(Exception):
    """The file of addresses is missing or is not one."""


@dataclass(frozen=True)
class Need:
    """One server that a stage needs. `setup` is run once, as the app's role, on a fresh server.

    It leads to the servers or processes named in `before`, and starts when these answer.
    """

    kind: str
    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    setup: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class Process:
    """One process of the app: what follows `python -m`, with `{port}` for the port that it is given.

    `health` is a path that answers 200 once the process is ready; a process without one only has to live.
    """

    name: str
    argv: tuple[str, ...]
    health: str | None = None


@dataclass(frozen=True)
class Addresses:
    """Where everything is: URLs by the name of the server or process, the photo directory, the secret.

    `stage` is the class, as "module:Class".
    """

    stage: str
    servers: Mapping[str, str]
    processes: Mapping[str, str]
    media: str
    secret: str

    def save(self, path: Path) -> None:
        """Write the file so that only this user can read it: it holds passwords."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=2)

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> "Addresses":
        """Read the file, the one that MINIGRAM_ADDRESSES names where no path is given.

        Raises AddressError, with what to do, when there is none or it is not one.
        """
        where = path or os.environ.get(VARIABLE)
        if not where:
            raise AddressError(f"{VARIABLE} is not set. It names the file of addresses; `minigram run` makes one.")
        try:
            found: dict[str, Any] = json.loads(Path(where).read_text())
            return cls(**found)
        except (OSError, ValueError, TypeError) as error:
            raise AddressError(f"{where} is not a file of addresses: {error}. `minigram run` makes one.") from error
