"""The least that can be paused: one web process that answers everybody, and no server."""

from collections.abc import Callable

from minigram.addresses import Process
from minigram.system import Minigram


class Answering(Minigram):
    number, stem, title = 0, "answering", "One process"

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        serve = ("gunicorn", "--no-control-socket", "--threads=8", "--bind=127.0.0.1:{port}")
        return (Process("web", (*serve, "tests.lab.answering:app"), health="/"),)


def app(environ: object, start_response: Callable[[str, list[tuple[str, str]]], object]) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"{}"]
