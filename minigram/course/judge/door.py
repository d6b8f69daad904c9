"""HTTP through a socket file, with bounds: an answer that is too long, too slow or none at all is the app's fault."""

import json
import socket
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpcore

from minigram.course.judge.trouble import Trouble

LARGEST = 4 * 2**20
"""Bytes of one answer."""
ANSWERING = 10.0
"""Seconds that a request may take."""


@dataclass(frozen=True)
class Answer:
    """A status, the text that came with it, and the headers, their names in small letters."""

    status: int
    text: str
    headers: Mapping[str, str]

    def data(self) -> Any:
        """The text as JSON. Raises Trouble where it is none."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            raise Trouble("answer", f"JSON was expected, and it begins {self.text[:80]!r}") from None


def listening(path: Path) -> socket.socket:
    """A socket that listens at `path`, for a process that is handed it to answer; nobody but us can come to it."""
    found = socket.socket(socket.AF_UNIX)
    found.bind(str(path))
    path.chmod(0o600)
    found.listen(64)
    return found


class Door:
    """Requests to whoever listens at `path`, a connection for each; many threads may ask at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pool = httpcore.ConnectionPool(
            uds=str(path), max_connections=32, max_keepalive_connections=0, network_backend=_Backend()
        )

    def answers(self, path: str) -> bool:
        """Whether a GET is answered with 200 now."""
        try:
            return self.request("GET", path, {}, None).status == 200
        except Trouble:
            return False

    def request(self, method: str, path: str, more: Mapping[str, str], body: Any) -> Answer:
        """`more` are headers. Raises Trouble where no answer comes in time, or none that is HTTP."""
        headers: dict[bytes | str, bytes | str] = {"Host": "app", "Connection": "close"}
        headers.update(more)
        if body is not None:
            headers["Content-Type"] = "application/json"
        sent = b"" if body is None else json.dumps(body).encode()
        if sent:
            headers["Content-Length"] = str(len(sent))
        content, size = [], 0
        try:
            if not stat.S_ISSOCK(self._path.lstat().st_mode):
                raise Trouble("ended", "the app has replaced the socket at which it is asked")
            with self._pool.stream(method, f"http://app{path}", headers=headers, content=sent) as response:
                for data in response.iter_stream():
                    content.append(data)
                    size += len(data)
                    if size > LARGEST:
                        raise Trouble("answer", f"{method} {path} was answered with more than {LARGEST:,} bytes")
                brought = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in response.headers}
                return Answer(response.status, b"".join(content).decode("utf-8", "replace"), brought)
        except httpcore.TimeoutException:
            raise Trouble("hang", f"{method} {path} was given {ANSWERING:g} s") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise Trouble("ended", f"{method} {path} was not answered: {error}") from None

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()


class _Backend(httpcore.SyncBackend):
    """Connections that end when their one request must have been answered: a byte now and then does not help."""

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Any = None) -> "_Stream":
        return _Stream(super().connect_unix_socket(path, ANSWERING, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream, self._end = stream, time.monotonic() + ANSWERING

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, ANSWERING)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
