"""Reads of one's own writes, right after them, while the replicas are as late as is planted."""

import json
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minigram.lab import LabError
from minigram.lab.experiments.asking import Answer, ask
from minigram.lab.experiments.lag import lagging
from minigram.lab.faults import Fault, Step
from minigram.lab.history import History, Recording
from minigram.lab.load import Known
from minigram.lab.load.plan import LONGEST, address_of
from minigram.lab.load.running import happening
from minigram.lab.running import Running
from minigram.stages.ch04_replicas import Replicas
from minigram.system import part

if TYPE_CHECKING:
    from minigram.web.page import Page


class Unmarked(Replicas):
    """Replicas without the LSN: no request reads as a session, so any replica may answer any read."""

    title = "Replicas, without the LSN"

    @part
    def pages(self) -> "Sequence[Page]":
        return super(Replicas, self).pages


@dataclass(frozen=True)
class Looks:
    """How many looks there were, and how many did not show what the same person had written just before."""

    count: int
    stale: int


@contextmanager
def all_late(run: Running, milliseconds: int) -> Iterator[None]:
    """During the block, all replicas are so late."""
    with ExitStack() as late:
        for server in run.servers.values():
            if server.kind == "replica" and milliseconds:
                late.enter_context(lagging(server, milliseconds))
        yield


def history(run: Running, url: str, seconds: float, milliseconds: int, seed: int = 1) -> History:
    """Sessions act at this address while the replicas are so late. They have signed up and posted before, as always."""
    late = ExitStack()
    steps = [
        Step(0.0, f"are {milliseconds} ms late", lambda: late.enter_context(all_late(run, milliseconds))),
        Step(LONGEST, "are on time", late.close),
    ]
    recording = Recording(run.url, seed=seed)
    for session in recording.sessions:
        session.address = address_of(url)
    with happening([Fault("the replicas", steps), recording], time.monotonic()) as events:
        recording.wait(seconds)
    return recording.history(events)


def own_writes(url: str, known: Known, times: int) -> Looks:
    """So many people comment on a photo, one after the other, and each looks at its comments at once."""
    stale = 0
    tokens = list(known.tokens.values())
    for number in range(times):
        token, text = tokens[number % len(tokens)], f"At once {secrets.token_hex(8)}"
        comments = f"{url}/api/photos/{known.photos[-1 - number % len(known.photos)]}/comments"
        _good(ask("POST", comments, token, json.dumps({"text": text}).encode()))
        stale += text.encode() not in _good(ask("GET", comments, token))
    return Looks(times, stale)


def newcomers(url: str, times: int) -> Looks:
    """So many people sign up, log in, and look at their account at once; a session that cannot begin, or that nobody
    knows, is stale."""
    unknown = 0
    for _ in range(times):
        name = f"new.{secrets.token_hex(6)}"
        person = {"name": name, "password": secrets.token_urlsafe(12)}
        _good(ask("POST", f"{url}/api/people", body=json.dumps({**person, "email": f"{name}@example.com"}).encode()))
        begun = ask("POST", f"{url}/api/sessions", body=json.dumps(person).encode())
        unknown += not (begun.ok and ask("GET", f"{url}/api/me", json.loads(begun.body)["token"]).ok)
    return Looks(times, unknown)


def _good(answer: Answer) -> bytes:
    if not answer.ok:
        raise LabError(f"A request that is never refused got {answer.status}: {answer.body[:200]!r}")
    return answer.body
