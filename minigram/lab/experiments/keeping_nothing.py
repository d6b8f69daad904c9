"""Web servers that keep nothing: what one of them is told, every other one knows."""

import json
import secrets
from collections.abc import Sequence

from minigram.lab import LabError
from minigram.lab.counters import counting
from minigram.lab.experiments.asking import ask
from minigram.lab.experiments.bare import cookie
from minigram.lab.experiments.crowd import system_of
from minigram.lab.load import Known, everyday
from minigram.lab.people import Residents
from minigram.lab.pictures import landscape
from minigram.lab.running import Running

DEVICES = 9
"""Sessions that one person starts, three with each web server."""

IMAGES = ("image", "thumbnail")
"""What the API calls the two of a photo."""

PASSWORD = secrets.token_hex(8)


def log_in(run: Running) -> list[str]:
    """Somebody new signs up and logs in on all of their devices; the tokens. nginx chooses the web servers."""
    system_of(run).people.sign_up("many.devices", "many.devices@example.com", PASSWORD)
    body = json.dumps({"name": "many.devices", "password": PASSWORD}).encode()
    answers = [ask("POST", f"{run.url}/api/sessions", body=body) for _ in range(DEVICES)]
    if not all(answer.ok for answer in answers):
        raise LabError(f"Somebody could not log in: {[answer.status for answer in answers]}")
    return [str(json.loads(answer.body)["token"]) for answer in answers]


def unknown(run: Running, tokens: Sequence[str]) -> int:
    """How many of the tokens are not known to every web server: as a token of the API, and in a browser's cookie."""
    return sum(not _known(run, token) for token in tokens)


def images_missing(run: Running, known: Known) -> int:
    """A photo is posted with each web server; how many of the images do not come from each of them."""
    urls = [process.url for process in run.processes.values()]
    token, missing = next(iter(known.tokens.values())), 0
    for number, url in enumerate(urls):
        body, kind = everyday.form("Here and there", landscape(number), "7d1b0c5a")
        posted = ask("POST", f"{url}/api/photos", token, body, kind)
        if not posted.ok:
            missing += len(urls) * len(IMAGES)
            continue
        path = f"/api/photos/{json.loads(posted.body)['id']}"
        for other in urls:
            photo = ask("GET", other + path, token)
            shown = json.loads(photo.body) if photo.ok else {}
            missing += sum(not (size in shown and ask("GET", other + shown[size]).ok) for size in IMAGES)
    return missing


def writes_of_sessions(run: Running, residents: Residents, times: int = 20) -> int:
    """Transactions that PostgreSQL sees when somebody logs in and out that often."""
    sessions = system_of(run).sessions
    sessions.end(sessions.start(residents.ids[0]))  # the first one may open a connection
    with counting(run.servers) as counted:
        for _ in range(times):
            sessions.end(sessions.start(residents.ids[0]))
    return counted.sum("control")


def left_behind(run: Running) -> int:
    """Somebody signs up, logs in on a few devices, and deletes the account: the keys that Redis then has more."""
    system = system_of(run)
    with counting({name: server for name, server in run.servers.items() if server.kind == "redis"}) as counted:
        person = system.people.sign_up("short.visit", "short.visit@example.com", PASSWORD)
        for _ in range(3):
            system.sessions.start(person.id)
        system.people.leave(person.id, PASSWORD)
    return counted.sum("keys")


def still_in(run: Running, tokens: Sequence[str]) -> int:
    """Whoever has these tokens logs out everywhere with the first: how many are still worth something, or are not
    refused as they should be, whichever web server is asked."""
    ask("DELETE", f"{run.url}/api/me/sessions", tokens[0])
    answers = [ask("GET", f"{one.url}/api/me", token) for token in tokens for one in run.processes.values()]
    return sum(answer.status != 401 for answer in answers)


def _known(run: Running, token: str) -> bool:
    browser = {"Cookie": cookie(system_of(run), token)}
    return all(
        ask("GET", f"{process.url}/api/me", token).ok
        and b"Log out" in ask("GET", f"{process.url}/settings", headers=browser).body
        for process in run.processes.values()
    )
