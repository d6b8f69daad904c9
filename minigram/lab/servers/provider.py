"""Which of the two providers runs the servers."""

import os
import sys
from collections.abc import Iterable

from minigram.lab import LabError
from minigram.lab.servers import container
from minigram.lab.servers.kinds import kind
from minigram.lab.servers.native import Native
from minigram.lab.servers.server import Box

VARIABLE = "MINIGRAM_SERVERS"
"""The environment variable that chooses: docker or native."""
PROVIDERS: dict[str, type[Box]] = {"docker": container.Container, "native": Native}


def wish() -> str | None:
    """What the environment asks for. Raises LabError for a name that is no provider's."""
    asked = os.environ.get(VARIABLE) or None
    if asked not in (None, *PROVIDERS):
        raise LabError(f"{VARIABLE}={asked} is not a provider. Set it to docker or to native, or do not set it.")
    return asked


def provider(kinds: Iterable[str] = ()) -> str:
    """The provider for servers of those kinds: what was asked for; else docker where it can have them; else
    native.

    Raises LabError when the one that was asked for is not there.
    """
    asked = wish()
    if asked == "native":
        return asked
    try:
        container.engine()
        for name in kinds:
            container.pull(kind(name))
        return "docker"
    except container.NoEngine as error:
        if asked:
            raise LabError(f"{VARIABLE}={asked}, but {error}.") from error
    except LabError as error:
        if asked:
            raise
        print(f"{error}\nUsing native servers instead.", file=sys.stderr)
    return "native"
