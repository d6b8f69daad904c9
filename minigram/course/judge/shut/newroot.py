"""For root, in new namespaces: mount what the student's side may see at a new root, go there, and run the rest.

It is run by its path, alone, so it imports nothing of the course.
"""

import ctypes
import json
import os
import sys

NOSUID, NODEV, REMOUNT, BIND, REC = 2, 4, 32, 4096, 16384
RDONLY = 1
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """argv: {"root": where, "read": paths, "scratch": bytes}, and the command to become."""
    given = json.loads(sys.argv[1])
    root = given["root"]
    os.makedirs(root, exist_ok=True)
    mount("tmpfs", root, "tmpfs", NOSUID | NODEV, "size=1m,mode=755")
    os.makedirs(root + "/tmp")
    mount("tmpfs", root + "/tmp", "tmpfs", NOSUID | NODEV, f"size={given['scratch']},mode=1777")
    for path in given["read"]:
        show(path, root, RDONLY)
    for name in ("null", "zero", "urandom", "random"):
        show(f"/dev/{name}", root, 0)
    os.makedirs(root + "/proc")
    mount("proc", root + "/proc", "proc", NOSUID | NODEV)
    mount("none", root, "", REMOUNT | BIND | RDONLY | NOSUID)
    os.chroot(root)
    os.chdir("/")
    os.setsid()
    os.execv(sys.argv[2], sys.argv[2:])


def show(path: str, root: str, how: int) -> None:
    """The same path at the new root."""
    target = root + path
    os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        open(target, "w").close()
    mount(path, target, "", BIND | REC)
    mount("none", target, "", REMOUNT | BIND | NOSUID | how)


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """mount(2). Raises OSError."""
    words = [word.encode() or None for word in (source, target, kind)]
    if _libc.mount(*words, ctypes.c_ulong(flags), data.encode() or None):
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)} (mounting {target})")


if __name__ == "__main__":
    main()
