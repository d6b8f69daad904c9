"""Free ports of 127.0.0.1."""

import secrets
import socket

from minigram.lab import LabError

HOST = "127.0.0.1"
CHOICE = range(20000, 30000)
"""Below the ports that systems give to the calling side of a connection: while a server is down, nobody takes
its.
"""


_given: set[int] = set()


def free_ports(count: int) -> list[int]:
    """That many different ports, free at this moment, none of which this process was given before: a server that has
    not started yet does not hold its own."""
    found: list[int] = []
    for _ in range(len(CHOICE)):
        if len(found) == count:
            _given.update(found)
            if len(_given) > len(CHOICE) // 2:
                _given.clear()  # whoever got the first of them has long used it
            return found
        port = secrets.choice(CHOICE)
        if port not in found and port not in _given and is_free(port):
            found.append(port)
    raise LabError(f"There are no {count} free ports from {CHOICE[0]} to {CHOICE[-1]} on {HOST}.")


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        # Without this, a connection that ended a moment ago blocks its port: for us, not for a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            return True
        except OSError:
            return False


def taken(log: str) -> bool:
    """Whether a log says that its server found its port in use."""
    said = ("address already in use", "connection in use", "port is already allocated")
    return any(words in log.lower() for words in said)
