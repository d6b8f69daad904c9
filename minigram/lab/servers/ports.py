"""Free ports of 127.0.0.1."""

import os
import secrets
import socket

from minigram.lab import LabError

HOST = "127.0.0.1"
VARIABLE = "MINIGRAM_PORTS"
"""For who shares the machine with others that start servers: one's own part of the ports, such as 20000-25000."""
FEWEST = 1000
CHOICE = "20000-30000"
"""Below the ports that systems give to the calling side of a connection: while a server is down, nobody takes
its.
"""


_given: set[int] = set()


def free_ports(count: int) -> list[int]:
    """That many different ports, free at this moment, none of which this process was given before: a server that has
    not started yet does not hold its own."""
    choice, found = _choice(), list[int]()
    for _ in range(len(choice)):
        if len(found) == count:
            _given.update(found)
            if len(_given) > len(choice) // 2:
                _given.clear()  # whoever got the first of them has long used it
            return found
        port = secrets.choice(choice)
        if port not in found and port not in _given and is_free(port):
            found.append(port)
    raise LabError(f"There are no {count} free ports from {choice[0]} to {choice[-1]} on {HOST}.")


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


def _choice() -> range:
    told = os.environ.get(VARIABLE, CHOICE)
    first, _, end = told.partition("-")
    if first.isdecimal() and end.isdecimal() and 1024 <= int(first) <= int(end) - FEWEST <= 65536 - FEWEST:
        return range(int(first), int(end))
    raise LabError(
        f"{VARIABLE} is '{told}'. It has to be the first of at least {FEWEST:,} ports and the one after the last, from "
        f"1024 to 65536, such as {CHOICE}. Correct it, or leave it out."
    )


def taken(log: str) -> bool:
    """Whether a log says that its server found its port in use."""
    said = ("address already in use", "connection in use", "port is already allocated")
    return any(words in log.lower() for words in said)
