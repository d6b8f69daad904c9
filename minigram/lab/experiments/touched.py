"""Which servers and logical shards a page touches."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from minigram.lab import LabError
from minigram.lab.experiments.asked import asking
from minigram.lab.experiments.asking import ask
from minigram.lab.experiments.shares import sharded
from minigram.lab.people import Residents
from minigram.lab.running import Running
from minigram.social.people import Person


@dataclass(frozen=True)
class Touched:
    """By one request. `directory` is how often it asked the directory, which lies on a server of its own."""

    page: str
    servers: int
    shards: int
    statements: int
    directory: int


def touched(run: Running, residents: Residents, reader: Person) -> list[Touched]:
    """What each page touches, for a reader who follows many. Whom and what they look at lies on another server."""
    found = []
    for page, send in _pages(run, residents, reader):
        with asking(run) as asked:
            send()
        servers, shards = len(asked.by_server), len(asked.shards)
        found.append(Touched(page, servers, shards, asked.statements, asked.directory))
    return found


def _pages(run: Running, residents: Residents, reader: Person) -> Iterator[tuple[str, Callable[[], object]]]:
    def said(**values: str) -> bytes:
        return json.dumps({**values, "password": residents.password}).encode()

    api, logged_in = f"{run.url}/api", said(name=reader.name)
    answer = ask("POST", f"{api}/sessions", body=logged_in)
    if not answer.ok:
        raise LabError(f"{reader.name} could not log in: {answer.status} {answer.body[:200]!r}")
    token = json.loads(answer.body)["token"]
    photo = next(photo for photo in residents.photos if _server(run, photo) != _server(run, reader.id))
    author = residents.town.authors[residents.photos.index(photo)]
    path, name = f"{api}/photos/{photo}", residents.names[int(author)]
    yield "sign up", lambda: ask("POST", f"{api}/people", body=said(name="new.here", email="new@example.com"))
    yield "log in", lambda: ask("POST", f"{api}/sessions", body=logged_in)
    yield "a photo", lambda: ask("GET", path, token)
    yield "a profile", lambda: ask("GET", f"{api}/people/{name}", token)
    yield "like", lambda: ask("PUT", f"{path}/like", token)
    yield "comment", lambda: ask("POST", f"{path}/comments", token, json.dumps({"text": "Lovely!"}).encode())
    yield "follow", lambda: ask("PUT", f"{api}/people/{name}/follow", token)
    yield "home feed", lambda: ask("GET", f"{api}/feed", token)
    yield "newest photos of all", lambda: ask("GET", f"{api}/newest", token)


def _server(run: Running, id: int) -> str:
    databases = sharded(run).databases
    return databases.map.place(databases.of(id).number).server
