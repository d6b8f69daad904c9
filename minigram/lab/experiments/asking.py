"""One request, from somebody who tells what became of it, whatever that is."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from types import MappingProxyType


@dataclass(frozen=True)
class Answer:
    """`status` is 0 where no answer came."""

    status: int
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def ask(
    method: str,
    url: str,
    token: str = "",
    body: bytes | None = None,
    kind: str = "application/json",
    headers: Mapping[str, str] = MappingProxyType({}),
    patience: float = 30,
) -> Answer:
    """Send it on a connection of its own, once. A redirection is followed; `patience` is in seconds."""
    sent = dict(headers)
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if body is not None:
        sent["Content-Type"] = kind
    request = urllib.request.Request(url, data=body, headers=sent, method=method)
    try:
        try:
            answer = urllib.request.urlopen(request, timeout=patience)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Answer(int(answer.status), answer.read())
    except (OSError, HTTPException):  # an answer that is cut off is none
        return Answer(0)
