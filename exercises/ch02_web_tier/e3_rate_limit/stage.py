"""Chapter 2 with a limit on comments, kept by the student's module in a Redis of its own."""

from typing import TYPE_CHECKING, Annotated

from minigram.addresses import Need
from minigram.stages.ch02_web_tier import WebTier
from minigram.system import part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exercises.ch02_web_tier.e3_rate_limit.rate_limit import RateLimit
    from minigram.web.page import Page


class Student(WebTier):
    title = "The web tier with a limit"

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        """The chapter's servers that lead to no other, and the Redis of the limit."""
        return (*(need for need in super().needs() if not need.before), Need("redis", "limits"))

    @part
    def limits(self) -> "RateLimit":
        from exercises.ch02_web_tier.e3_rate_limit.rate_limit import RateLimit

        return RateLimit(self.addresses.servers["limits"])

    @part
    def pages(self) -> "Sequence[Page]":
        """The chapter's, and `POST /limited/7?limit=10&window=60000`: a comment on photo 7, where it is allowed."""
        from flask import Blueprint, Response, jsonify
        from msgspec import Meta

        from minigram.web.api import problems, requests, shapes
        from minigram.web.page import Page

        limited = Blueprint("limited", __name__, url_prefix="/limited")

        @limited.post("/<id:photo>")
        def write(photo: int) -> tuple[Response, int]:
            me, sent = requests.person(), requests.body(shapes.Write)
            limit = requests.query("limit", Annotated[int, Meta(ge=1, le=1_000)], 10)
            window = requests.query("window", Annotated[int, Meta(ge=1, le=3_600_000)], 60_000)
            wait = self.limits.wait(me.id, limit, window)
            if type(wait) is not int or wait < 0:
                raise TypeError(f"wait() must return a whole number of milliseconds; it returned {wait!r:.200}")
            if wait:
                refusal = jsonify(wait=wait)
                refusal.headers["Retry-After"] = str(-(-wait // 1000))  # whole seconds: the next of them
                return refusal, 429
            return jsonify(id=str(self.comments.write(photo, me.id, sent.text))), 201

        return (*super().pages, Page(limited, api=True, errors=problems.answer))
