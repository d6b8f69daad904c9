"""Somebody who uses the app through its API."""

import io
import itertools
import secrets
from collections.abc import Iterator
from functools import partial
from typing import Any, cast

import requests
from PIL import Image

from tests.behaviour.waiting import eventually

PASSWORD = "correct horse battery"

_numbers = itertools.count(1)
_here = secrets.token_hex(3)


def picture(format: str = "JPEG", size: tuple[int, int] = (64, 48), colour: str = "teal", **options: Any) -> bytes:
    """A small picture as a file."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, format, **options)
    return file.getvalue()


SEA = picture()


class Client:
    """Sends requests. Each is a connection of its own, so any process may answer it, and any thread may send it."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url, self.token = url, token

    def ask(self, method: str, path: str, **body: Any) -> requests.Response:
        """Whatever comes back: `json=`, `data=`, `files=` and `headers=` as in requests."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= body.pop("headers", {})
        return requests.request(method, self.url + path, headers=headers, timeout=30, allow_redirects=False, **body)

    def expect(self, status: int, method: str, path: str, **body: Any) -> dict[str, Any]:
        """The JSON of an answer that must have this status."""
        answer = self.ask(method, path, **body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return cast(dict[str, Any], answer.json()) if answer.content else {}

    def get(self, path: str) -> dict[str, Any]:
        return self.expect(200, "GET", path)

    def sees(self, path: str) -> bool:
        """Whether it is there."""
        return self.found("GET", path)

    def found(self, method: str, path: str) -> bool:
        """Whether what is asked about was there, and so was done."""
        status = self.ask(method, path).status_code
        assert status in (200, 204, 404), f"{method} {path}: {status}"
        return status != 404


class Someone(Client):
    """Somebody who has signed up and logged in. What they do must succeed; `ask` and `expect` are for what need not."""

    def __init__(self, url: str, name: str = "") -> None:
        super().__init__(url)
        self.name = name or f"p{next(_numbers)}_{_here}"
        self.email = f"{self.name}@example.org"
        self.sign_up()
        self.log_in()

    def sign_up(self) -> None:
        self.id = self.expect(
            201, "POST", "/api/people", json={"name": self.name, "email": self.email, "password": PASSWORD}
        )["id"]

    def log_in(self) -> None:
        self.token = self.expect(201, "POST", "/api/sessions", json={"name": self.name, "password": PASSWORD})["token"]

    def leave(self) -> None:
        self.expect(204, "DELETE", "/api/me", json={"password": PASSWORD})

    def post(self, caption: str = "", content: bytes = SEA) -> str:
        """The id of a new photo."""
        sent = self.expect(201, "POST", "/api/photos", files={"photo": ("p.jpg", content)}, data={"caption": caption})
        return cast(str, sent["id"])

    def unpost(self, photo: str) -> None:
        self.expect(204, "DELETE", f"/api/photos/{photo}")

    def like(self, photo: str) -> None:
        self.expect(204, "PUT", f"/api/photos/{photo}/like")

    def unlike(self, photo: str) -> None:
        self.expect(204, "DELETE", f"/api/photos/{photo}/like")

    def comment(self, photo: str, text: str = "so blue") -> str:
        """The id of a new comment."""
        return cast(str, self.expect(201, "POST", f"/api/photos/{photo}/comments", json={"text": text})["id"])

    def uncomment(self, comment: str) -> None:
        self.expect(204, "DELETE", f"/api/comments/{comment}")

    def follow(self, *others: "Someone") -> None:
        for other in others:  # who has just signed up may not be there yet for everybody else
            eventually(f"{other.name} is there", partial(self.found, "PUT", f"/api/people/{other.name}/follow"))

    def unfollow(self, *others: "Someone") -> None:
        for other in others:
            self.expect(204, "DELETE", f"/api/people/{other.name}/follow")

    def photo(self, photo: str) -> dict[str, Any]:
        return self.get(f"/api/photos/{photo}")

    def person(self, other: "Someone") -> dict[str, Any]:
        return self.get(f"/api/people/{other.name}")

    def comments(self, photo: str) -> list[str]:
        """All that was said under a photo, oldest first."""
        return [said["text"] for page in self.pages(f"/api/photos/{photo}/comments") for said in page["comments"]]

    def feed(self) -> list[str]:
        """The ids on the first page of the home feed."""
        return [photo["id"] for photo in self.get("/api/feed")["photos"]]

    def all(self, path: str) -> list[str]:
        """The ids of all photos, page by page."""
        return [photo["id"] for page in self.pages(path) for photo in page["photos"]]

    def pages(self, path: str | None) -> Iterator[dict[str, Any]]:
        """A page, the next, and so on."""
        while path:
            page = self.get(path)
            yield page
            path = page["next"]
