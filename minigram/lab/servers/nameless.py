"""A user id without a name, as containers are often given: initdb wants a name, so one is lent to it."""

import os
import pwd
import secrets
from pathlib import Path

from minigram.lab import LabError
from minigram.lab.servers import debian
from minigram.lab.servers.cache import cache

LIBRARY = "libnss_wrapper.so"
PACKAGE = "libnss-wrapper"
PLACES = ("/usr/lib", "/usr/local/lib")


def lent_name() -> dict[str, str]:
    """The environment in which this process's user has a name; empty where it has one anyway."""
    try:
        pwd.getpwuid(os.geteuid())
        return {}
    except KeyError:
        pass
    library = _find()
    if library is None and debian.possible():
        debian.fetch("nameless", PACKAGE)
        library = _find()
    if library is None:
        raise LabError(
            f"User id {os.geteuid()} has no name on this machine (no line in /etc/passwd), and initdb wants "
            f"one. Have {LIBRARY} installed (package {PACKAGE} or nss_wrapper), or give the id a name."
        )
    return {
        "LD_PRELOAD": str(library),
        "NSS_WRAPPER_PASSWD": _line("passwd", f"minigram:x:{os.geteuid()}:{os.getegid()}::/:/bin/sh"),
        "NSS_WRAPPER_GROUP": _line("group", f"minigram:x:{os.getegid()}:"),
    }


def _find() -> Path | None:
    roots = [*map(Path, PLACES), *(cache() / "debian").glob("nameless-*/usr/lib")]
    return next((file for root in roots for file in (*root.glob(LIBRARY), *root.glob(f"*/{LIBRARY}"))), None)


def _line(name: str, line: str) -> str:
    file = cache() / f"{name}.{os.geteuid()}"
    draft = cache() / f".{secrets.token_hex(8)}"
    draft.write_text(line + "\n")
    draft.replace(file)
    return str(file)
