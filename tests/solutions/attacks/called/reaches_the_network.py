"""Tries to come out of its network: its answer is where it came to."""

import socket

PORTS: list[int] = []
"""Where the judge's machine listens on 127.0.0.1: the test fills them in."""
SOCKETS: list[str] = []
"""Sockets of the judge's machine, by their path or their abstract name."""

got = []
try:
    got += [name for _, name in socket.if_nameindex() if name != "lo"]
except OSError:
    pass  # it takes a socket to ask
for host, port in [*(("127.0.0.1", port) for port in PORTS), ("192.0.2.1", 80)]:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_INET, kind) as trying:
                trying.settimeout(0.3)
                trying.connect((host, port))
                if kind == socket.SOCK_STREAM or host != "127.0.0.1":
                    got.append(f"{host}:{port}")
        except OSError:
            pass
for name in SOCKETS:
    with socket.socket(socket.AF_UNIX) as trying:
        trying.settimeout(0.3)
        try:
            trying.connect(name)
            got.append(name)
        except OSError:
            pass
for port in PORTS:
    try:
        mine = socket.socket()
    except OSError:
        continue
    try:
        mine.bind(("127.0.0.1", port))  # in a network of its own that takes nothing from anybody
        mine.listen()
    except OSError as error:
        got.append(f"{port}: {error}")
for family, kind in ((socket.AF_PACKET, socket.SOCK_RAW), (socket.AF_INET, socket.SOCK_RAW)):
    try:
        socket.socket(family, kind, 1).close()
        got.append(f"a raw socket of {family}")
    except OSError:
        pass


def report(requests, per_mille):
    return got or ["nothing"]


def corrected(durations, interval):
    return got or ["nothing"]
