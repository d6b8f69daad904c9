"""HTTP through a socket file, with bounds: an answer that is too long, too slow or none at all is the app's fault."""

import json
import socket
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from minigram.course.judge.trouble import Trouble

LARGEST = 4 * 2**20
"""Bytes of one answer."""
ANSWERING = 10.0
"""Seconds that a request may take."""


@dataclass(frozen=True)
class Answer:
    """A status, and the text that came with it."""

    status: int
    text: str

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
    """Requests to whoever listens at `path`; many threads may use it at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        many = httpx.Limits(max_connections=32, max_keepalive_connections=0)
        transport = httpx.HTTPTransport(uds=str(path), limits=many, retries=0)
        self._client = httpx.Client(transport=transport, base_url="http://app", timeout=ANSWERING, trust_env=False)

    def answers(self, path: str) -> bool:
        """Whether a GET is answered with 200 now."""
        try:
            return self.request("GET", path, None, None).status == 200
        except Trouble:
            return False

    def request(self, method: str, path: str, token: str | None, body: Any) -> Answer:
        """Raises Trouble where no answer comes in time, or none that is HTTP."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        end, content, size = time.monotonic() + ANSWERING, [], 0
        try:
            if not stat.S_ISSOCK(self._path.lstat().st_mode):
                raise Trouble("ended", "the app has replaced the socket at which it is asked")
            with self._client.stream(method, path, headers=headers, json=body) as response:
                for data in response.iter_raw():
                    content.append(data)
                    size += len(data)
                    if size > LARGEST:
                        raise Trouble("answer", f"{method} {path} was answered with more than {LARGEST:,} bytes")
                    if time.monotonic() > end:
                        raise Trouble("hang", f"{method} {path} was given {ANSWERING:g} s")
                return Answer(response.status_code, b"".join(content).decode("utf-8", "replace"))
        except httpx.TimeoutException:
            raise Trouble("hang", f"{method} {path} was given {ANSWERING:g} s") from None
        except (httpx.HTTPError, OSError) as error:
            raise Trouble("ended", f"{method} {path} was not answered: {error}") from None

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
