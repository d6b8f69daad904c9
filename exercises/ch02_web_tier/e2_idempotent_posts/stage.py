"""Chapter 2 with comments that are written once, however often they are sent."""

from datetime import timedelta
from typing import TYPE_CHECKING

from redis import Redis
from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, MetaData, Table, Text, func, insert
from sqlalchemy.exc import IntegrityError

from minigram.addresses import Need
from minigram.social.tables import comments, metadata
from minigram.stages.ch02_web_tier import WebTier
from minigram.system import part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exercises.ch02_web_tier.e2_idempotent_posts.once import Once
    from minigram.databases import Transaction
    from minigram.web.page import Page

KEPT = timedelta(hours=24)
"""How long a key is known."""

answers = Table(
    "answers",
    MetaData(),
    Column("person_id", BigInteger, ForeignKey(metadata.tables["people"].c.id, ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("asked", Text, nullable=False),
    Column("answer", Text),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""What was asked with a key, and what was answered. It is the student's module that reads and writes it."""


class Student(WebTier):
    title = "The web tier with posts that are done once"

    @classmethod
    def schema(cls) -> tuple[Table, ...]:
        return (*super().schema(), answers)

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        """The chapter's servers that lead to no other."""
        return tuple(need for need in super().needs() if not need.before)

    @part
    def shared(self) -> Redis:
        """The Redis of the sessions."""
        return Redis.from_url(self.addresses.servers["sessions"], socket_timeout=5)

    @part
    def once(self) -> "Once":
        from exercises.ch02_web_tier.e2_idempotent_posts.once import Once

        return Once(self.databases, self.shared)

    @part
    def pages(self) -> "Sequence[Page]":
        """The chapter's, and `POST /once/photos/7/comments`, which takes a header `Idempotency-Key`."""
        import json
        import re

        from flask import Blueprint, Response, request

        from minigram.events import Commented
        from minigram.social import text
        from minigram.social.errors import Invalid, Missing
        from minigram.web.api import problems, requests, shapes
        from minigram.web.page import Page

        once = Blueprint("once", __name__, url_prefix="/once")

        @once.post("/photos/<id:photo>/comments")
        def write(photo: int) -> Response:
            me, sent = requests.person(), requests.body(shapes.Write)
            key = request.headers.get("Idempotency-Key", "")
            if not re.fullmatch(r"[!-~]{1,100}", key):
                raise Invalid("Idempotency-Key", "Send a header 'Idempotency-Key' of 1 to 100 letters and digits.")
            asked = json.dumps([request.method, request.path, sent.text])

            def deed(tx: "Transaction") -> str:
                new = insert(comments).values(photo_id=photo, person_id=me.id, text=text.comment(sent.text))
                try:
                    id = tx.execute(new.returning(comments.c.id))[0].id
                except IntegrityError as error:
                    raise Missing("This photo is not here. It may have been deleted.") from error
                self.events.publish(tx, Commented(photo, id, me.id))
                return json.dumps({"id": str(id)})

            answer = self.once.answer(me.id, key, asked, deed)
            if not isinstance(answer, str):
                raise TypeError(f"answer() must return what the deed returned, a text; it returned {answer!r:.200}")
            return Response(answer, 201, mimetype="application/json")

        return (*super().pages, Page(once, api=True, errors=problems.answer))
