"""Which user a server runs as: this one, and somebody without rights where this one is root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from minigram.lab import LabError

WITHOUT_RIGHTS = ("postgres", "nobody")


class Rights(TypedDict, total=False):
    """What subprocess.Popen has to be told."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    def rights(self) -> Rights:
        """The arguments that make Popen start a program as this user, in no other group."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or directory, not what is in it, to this user."""
        os.chown(path, self.uid, self.gid)


def without_rights() -> Account | None:
    """Who servers run as when we are root, which PostgreSQL refuses to run as; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in WITHOUT_RIGHTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, found.pw_uid, found.pw_gid)
    raise LabError(
        f"Servers do not run as root, and this machine has no user {' or '.join(WITHOUT_RIGHTS)}. "
        "Run minigram as an ordinary user."
    )
