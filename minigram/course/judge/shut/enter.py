"""The last step before the student's code: give up the user, take on the limits, and become Python.

It is run by its path, alone and by root's hand where there is one, so it imports nothing of the course.
"""

import ctypes
import errno
import json
import os
import platform
import resource
import struct
import sys


def main() -> None:
    """argv: {"user": id or null, "work": where to stand, "limits": {name: most}, "shut": bool}, then what follows
    `python`."""
    given = json.loads(sys.argv[1])
    os.umask(0o077)
    os.chdir(given["work"])
    if given["user"] is not None:
        os.setgroups([])
        os.setresgid(given["user"], given["user"], given["user"])
        os.setresuid(given["user"], given["user"], given["user"])
    for name, most in given["limits"].items():
        limit(getattr(resource, f"RLIMIT_{name}", None), most)
    if given["shut"]:
        forbid()
    os.execv(sys.executable, [sys.executable, "-P", "-s", *sys.argv[2:]])


def limit(which: int | None, most: int) -> None:
    """The kernel's limit for this process and all that it starts; never more than there was."""
    if which is None:
        return  # this system has no such limit
    _, hard = resource.getrlimit(which)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(which, (most, most))
    except (OSError, ValueError) as error:  # macOS refuses some; there it is a student's own machine
        if sys.platform == "linux":
            raise SystemExit(f"the limit {which} could not be set: {error}") from error


CALLS = {  # processor → its number, and those of unshare, setns, mount, shmget, memfd_create, clone3, socket, clone
    "x86_64": (0xC000003E, 272, 308, 165, 29, 319, 435, 41, 56),
    "aarch64": (0xC00000B7, 97, 268, 40, 194, 279, 435, 198, 220),
}
NEW_USER, UNIX = 0x10000000, 1
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2
KILL, REFUSE, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000


def forbid() -> None:
    """Forbid namespaces, in which one could mount memory that nobody counts, such memory itself, and every network.

    A seccomp filter: it looks at the number of each system call, and stays through fork and exec.
    """
    if platform.machine() not in CALLS:
        return
    processor, unshare, setns, mount, shmget, memfd, clone3, socket, clone = CALLS[platform.machine()]
    load, equal, at_least, any_bit, end = 0x20, 0x15, 0x35, 0x45, 0x06
    number, first = 0, 16  # where the call's number stands, and what it is asked for first
    program = [
        (load, 0, 0, 4),
        (equal, 1, 0, processor),
        (end, 0, 0, KILL),
        (load, 0, 0, number),
        (at_least, 13, 0, 0x40000000),  # another numbering of the same calls
        (equal, 12, 0, unshare),
        (equal, 11, 0, setns),
        (equal, 10, 0, mount),
        (equal, 9, 0, shmget),  # memory that is no process's, and no folder's: nobody would count it
        (equal, 8, 0, memfd),
        (equal, 8, 0, clone3),  # what it is asked for lies where a filter cannot look; who is refused takes clone
        (equal, 2, 0, socket),
        (equal, 3, 0, clone),
        (end, 0, 0, ALLOW),
        (load, 0, 0, first),
        (equal, 4, 2, UNIX),
        (load, 0, 0, first),
        (any_bit, 0, 2, NEW_USER),
        (end, 0, 0, REFUSE | errno.EPERM),
        (end, 0, 0, REFUSE | errno.ENOSYS),
        (end, 0, 0, ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    filter = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    for words in ((NO_NEW_PRIVILEGES, 1, 0, 0, 0), (SET_SECCOMP, FILTER, filter, 0, 0)):
        if libc.prctl(*words):
            raise SystemExit(f"calls could not be forbidden: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main()
