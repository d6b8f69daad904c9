"""Somebody who looks at pages and sends forms, as a browser without JavaScript would."""

import io
import itertools
import re
from html import unescape

from flask import Flask
from werkzeug.test import TestResponse

from minigram.lab.pictures import landscape

PASSWORD = "correct horse battery"

_numbers = itertools.count(1)


class Visitor:
    """One browser with its cookies."""

    def __init__(self, app: Flask) -> None:
        self.browser = app.test_client()
        self.name = ""

    def get(self, path: str) -> TestResponse:
        return self.browser.get(path)

    def token(self) -> str:
        """The CSRF token of this browser's forms."""
        page = self.get("/settings" if self.name else "/log-in").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, page
        return found[1]

    def post(self, path: str, **fields: object) -> TestResponse:
        """Send a form with its CSRF token."""
        return self.browser.post(path, data={"csrf_token": self.token(), **fields})

    def join(self) -> "Visitor":
        name = f"visitor_{next(_numbers)}"
        answer = self.post("/sign-up", name=name, email=f"{name}@example.com", password=PASSWORD)
        assert answer.status_code == 303, answer.text
        self.name = name
        return self

    def upload(self, content: bytes | None = None, caption: str = "", filename: str = "photo.jpg") -> TestResponse:
        content = landscape(1) if content is None else content
        return self.post("/photos/new", photo=(io.BytesIO(content), filename), caption=caption)

    def new_photo(self, caption: str = "") -> str:
        """The path of a photo that was just posted."""
        answer = self.upload(caption=caption)
        assert answer.status_code == 303, answer.text
        return answer.location


def words(answer: TestResponse) -> str:
    """What a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())
