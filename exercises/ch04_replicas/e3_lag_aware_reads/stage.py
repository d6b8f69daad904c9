"""Chapter 4 with pages of comments that may be a little old, read by the student's module."""

from typing import TYPE_CHECKING

from minigram.addresses import Need
from minigram.stages.ch04_replicas import Replicas, door
from minigram.system import part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exercises.ch04_replicas.e3_lag_aware_reads.fresh_reads import FreshReads
    from minigram.databases.replicated.roles import Roles
    from minigram.web.page import Page

OLDEST = 1.0
"""Seconds: what was written longer ago is shown to everybody."""
PRIMARY, REPLICAS = "db1", ("db1r", "db1s")


class OneGroup(Replicas):
    """One logical shard, on a server with two replicas; the server of the directory and of the map has none."""

    title = "Two replicas"
    logical, servers, replicas = 1, 1, 2

    @classmethod
    def members(cls, group: str) -> tuple[str, ...]:
        return ("main",) if group == "main" else super().members(group)


class Student(OneGroup):
    title = "Replicas with reads that know how old they are"

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        """The chapter's servers without poolers, and without what stands in front of processes."""
        return tuple(need for need in super().needs() if need.kind not in ("pgbouncer", "nginx"))

    @part
    def roles(self) -> "Roles":
        """Nobody is promoted here, and a submission sees no files of the servers': it has files of its own."""
        from minigram.databases.replicated.roles import Group

        roles = super().roles
        for name in ("main", *self.owners()):
            first, *others = self.members(name)
            roles.save(Group(name, first, tuple(others)))
        return roles

    @part
    def fresh_reads(self) -> "FreshReads":
        from exercises.ch04_replicas.e3_lag_aware_reads.fresh_reads import FreshReads
        from minigram.databases.node import Node

        nodes = {name: Node(self.addresses.servers[door(name)], prepare=False) for name in (PRIMARY, *REPLICAS)}
        return FreshReads(nodes.pop(PRIMARY), nodes)

    @part
    def pages(self) -> "Sequence[Page]":
        """The chapter's; `GET /fresh/7`, the comments on photo 7, for everybody; and a POST there, which writes one.

        The header `Mark` of a GET is what the answer to a POST had in its own.
        """
        import re

        from flask import Blueprint, Response, jsonify, request

        from minigram.web.api import problems, requests, shapes
        from minigram.web.page import Page

        fresh = Blueprint("fresh", __name__, url_prefix="/fresh")
        query = b"SELECT id FROM s0000.comments WHERE photo_id = $1 ORDER BY id"

        @fresh.get("/<id:photo>")
        def comments(photo: int) -> dict[str, object]:
            rows = self.fresh_reads.read(query, [photo], request.headers.get("Mark"))
            try:
                return {"comments": [str(row.id) for row in rows]}
            except (TypeError, AttributeError) as error:
                raise TypeError(f"read() must return the rows of the query; it returned {rows!r:.200}") from error

        @fresh.post("/<id:photo>")
        def write(photo: int) -> tuple[Response, int]:
            me, sent = requests.person(), requests.body(shapes.Write)
            answer = jsonify(id=str(self.comments.write(photo, me.id, sent.text)))
            mark = self.fresh_reads.mark()
            if not (isinstance(mark, str) and re.fullmatch(r"[!-~]{1,200}", mark)):
                raise TypeError(
                    f"mark() must return a text of 1 to 200 letters, digits and punctuation; it returned {mark!r:.200}"
                )
            answer.headers["Mark"] = mark
            return answer, 201

        return (*super().pages, Page(fresh, api=True, errors=problems.answer))
