"""What a stage needs in order to run, and where it was found running.

A stage asks for servers (`Need`) and lists its own processes (`Process`). Whoever starts them
writes one file of `Addresses`; every web process and every worker builds its Minigram from it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
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

    `health` is a path that answers 200 once the process is ready; a process without one only has to live. `asks` are
    the kinds of servers that it asks, where that is not all that the app asks.
    """

    name: str
    argv: tuple[str, ...]
    health: str | None = None
    asks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Addresses:
    """Where everything is: URLs by the name of the server or process, the photo directory, the secret.

    `stage` is the class, as "module:Class". `file` is where they are kept; empty if nowhere.
    """

    stage: str
    servers: Mapping[str, str]
    processes: Mapping[str, str]
    media: str
    secret: str
    file: str = ""

    def server(self, name: str) -> str:
        """The URL of a server. One that came later than these were read is looked for in the file.

        Raises AddressError where it is not there, either.
        """
        if name in self.servers:
            return self.servers[name]
        now = Addresses.load(self.file).servers
        if name not in now:
            raise AddressError(f"There is no server '{name}' in {self.file}. There are: {', '.join(now)}.")
        return now[name]

    def save(self, path: Path) -> None:
        """Write the file, in one step, so that only this user can read it: it holds passwords."""
        draft = path.with_name(f".{path.name}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(replace(self, file=str(path))), file, indent=2)
        draft.replace(path)

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
