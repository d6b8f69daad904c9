"""Takes the web server's socket for itself, is healthy at first, and then answers in a way that hurts whoever asks."""

import errno
import socket
import sys
import threading
import time

KIND = "endless"
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _drip(end, head, byte):
    end.sendall(head)
    until = time.monotonic() + 45
    while time.monotonic() < until:
        end.sendall(byte)
        time.sleep(0.5)


def _for_ever(end, head, more):
    end.sendall(head)
    until = time.monotonic() + 45
    while time.monotonic() < until:
        end.sendall(more)


KINDS = {
    "endless": lambda end: _for_ever(end, _OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    "gigabyte": lambda end: _for_ever(end, _OK + b"Content-Length: 1073741824\r\n\r\n", b"[" * 65536),
    "drips a body": lambda end: _drip(end, _OK + b"Content-Length: 1000\r\n\r\n", b" "),
    "drips headers": lambda end: _drip(end, _OK + b"X-Slow: ", b"x"),
    "continues": lambda end: _drip(end, b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "headers": lambda end: _for_ever(end, _OK, b"X-More: " + b"x" * 60000 + b"\r\n"),
    "too short": lambda end: end.sendall(_OK + b"Content-Length: 100\r\n\r\n{}"),
    "too long": lambda end: end.sendall(_OK + b"Content-Length: 2\r\n\r\n{}{}HTTP/1.1 200 OK\r\n\r\n"),
    "no http": lambda end: end.sendall(b'{"value": [0]}\r\n\r\n'),
    "deep": lambda end: end.sendall(_OK + b"Content-Length: 200000\r\n\r\n" + b"[" * 100_000 + b"]" * 100_000),
    "closes": lambda end: end.close(),
    "never": lambda end: time.sleep(45),
    "elsewhere": lambda end: end.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"),
    "zipped": lambda end: end.sendall(_OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"),
}  # fmt: skip


def _one(end):
    with end:
        try:
            asked = end.recv(65536)
            if b" /health" in asked.split(b"\r\n")[0]:
                end.sendall(_OK + b"Content-Length: 2\r\n\r\n{}")
            else:
                KINDS[KIND](end)
        except OSError:
            pass


_accept = socket.socket.accept


def _mine(listening):
    """Accept for the web server, answer in its place, and have it believe that nobody called."""
    end, _ = _accept(listening)
    threading.Thread(target=_one, args=(end,), daemon=True).start()
    raise BlockingIOError(errno.EAGAIN, "nobody")


if "gunicorn" in sys.argv[0]:
    socket.socket.accept = _mine
