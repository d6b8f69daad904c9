"""One session: somebody who is logged in, does one thing after another through the API, and writes it all down."""

import http.client
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minigram.lab import LabError
from minigram.lab.history.operations import Deed, Look, Operation, Outcome
from minigram.lab.load.everyday import form
from minigram.lab.load.plan import address_of


@dataclass(frozen=True)
class Answer:
    """What came of a request, with the status and the JSON of the answer, where there was one."""

    outcome: Outcome
    status: int | None = None
    told: Any = None


class Session:
    """Signs up and logs in. `name` is how its operations call it; the account's own is new in each run.

    `paths` says where each thing of the history is in the API.
    """

    def __init__(self, url: str, name: str, patience: float) -> None:
        self.name, self.patience = name, patience
        self.address = address_of(url)
        self.headers: dict[str, str] = {}
        self.operations: list[Operation] = []
        self.account = f"{name}.{secrets.token_hex(5)}"
        password = secrets.token_urlsafe(12)
        person = {"name": self.account, "email": f"{self.account}@example.com", "password": password}
        self._must("POST", "/api/people", _json(person))
        token = self._must("POST", "/api/sessions", _json({"name": self.account, "password": password}))["token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def post(self, jpeg: bytes) -> str:
        """The path of a new photo."""
        body, kind = form("For the history", jpeg, secrets.token_hex(8))
        return f"/api/photos/{self._must('POST', '/api/photos', (body, kind))['id']}"

    def do(
        self, deed: Deed, thing: str, paths: Mapping[str, str], started: float, *, text: str = "", last: bool = False
    ) -> Operation:
        """Does it, waits for what comes of it, and writes that down."""
        began = time.monotonic() - started
        answer = (
            self._list(f"{paths[thing]}/comments") if deed == "list" else self._ask(*_request(deed, paths[thing], text))
        )
        ended = time.monotonic() - started
        look = _look(answer.told) if deed == "look" and answer.outcome == "ok" else None
        texts = answer.told if deed == "list" and answer.outcome == "ok" else None
        done = Operation(self.name, deed, thing, began, ended, answer.outcome, answer.status, text, look, texts, last)
        self.operations.append(done)
        return done

    def _list(self, path: str | None) -> Answer:
        """The texts on all pages."""
        found: list[str] = []
        while path:
            answer = self._ask("GET", path)
            if answer.outcome != "ok":
                return answer
            found += [comment["text"] for comment in answer.told["comments"]]
            path = answer.told["next"]
        return Answer("ok", 200, tuple(found))

    def _must(self, method: str, path: str, content: tuple[bytes, str]) -> dict[str, Any]:
        answer = self._ask(method, path, content)
        if answer.outcome != "ok":
            raise LabError(f"No history without people and photos: {method} {path} got {answer.told or 'no answer'}.")
        told: dict[str, Any] = answer.told
        return told

    def _ask(self, method: str, path: str, content: tuple[bytes, str] | None = None) -> Answer:
        """Each request on a connection of its own, and sent once: nothing but the system under test repeats it."""
        body, kind = content or (b"", "")
        headers = self.headers | ({"Content-Type": kind} if kind else {})
        connection = http.client.HTTPConnection(*self.address, timeout=self.patience)
        try:
            connection.connect()
        except OSError:
            return Answer("failed")  # it was not even sent
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            told = json.loads(response.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError):
            return Answer("unknown")
        finally:
            connection.close()
        outcome: Outcome = "ok" if response.status < 300 else "failed" if response.status < 500 else "unknown"
        return Answer(outcome, response.status, told)


def _request(deed: Deed, path: str, text: str) -> tuple[str, str, tuple[bytes, str] | None]:
    match deed:
        case "like" | "follow":
            return "PUT", f"{path}/{deed}", None
        case "unlike" | "unfollow":
            return "DELETE", f"{path}/{deed.removeprefix('un')}", None
        case "comment":
            return "POST", f"{path}/comments", _json({"text": text})
        case _:
            return "GET", path, None


def _look(told: Mapping[str, Any]) -> Look:
    """What a photo or a profile shows."""
    return Look(told["liked"], told["likes"]) if "liked" in told else Look(told["followed"], told["followers"])


def _json(content: object) -> tuple[bytes, str]:
    return json.dumps(content).encode(), "application/json"
