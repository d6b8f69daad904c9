"""A socket file that leads to a server's port: the student's side has no network, and needs none."""

import contextlib
import os
import selectors
import socket
import threading
from pathlib import Path


class Relay:
    """Listens at `path` and hands each connection on to 127.0.0.1:`port`. A server that is away ends it at once."""

    def __init__(self, path: Path, port: int, most: int) -> None:
        self._port, self._free = port, threading.BoundedSemaphore(most)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        os.chmod(path, 0o666)  # noqa: S103 (the folder is closed to everybody else)
        self._listening.listen(64)
        threading.Thread(target=self._accept, name=f"relay {path.name}", daemon=True).start()

    def close(self) -> None:
        """No new connections; those that are open end with their server or their caller."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listening.accept()
                threading.Thread(target=self._hand_on, args=(caller,), daemon=True).start()

    def _hand_on(self, caller: socket.socket) -> None:
        with caller:
            if not self._free.acquire(blocking=False):
                return  # before it has said who it is, a connection takes a place of the server's all the same
            try:
                self._between(caller)
            finally:
                self._free.release()

    def _between(self, caller: socket.socket) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 5) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.settimeout(None)
            with selectors.DefaultSelector() as ready:
                ready.register(caller, selectors.EVENT_READ, server)
                ready.register(server, selectors.EVENT_READ, caller)
                while True:
                    for key, _ in ready.select():
                        assert isinstance(key.fileobj, socket.socket)
                        data = key.fileobj.recv(65536)
                        if not data:
                            return
                        key.data.sendall(data)
