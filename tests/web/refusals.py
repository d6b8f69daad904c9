"""How the API refuses: with a problem that a person can read and a program can tell."""

from typing import Any

from minigram.lab.running import Running
from tests.behaviour.client import Client


def the_app(live: Running) -> str:
    """The address of a web process itself. What stands in front of it answers some requests in its own way."""
    return next(process.url for process in live.processes.values() if process.process.health)


def refused(client: Client, status: int, method: str, path: str, **body: Any) -> dict[str, Any]:
    """The problem that the answer must be."""
    answer = client.ask(method, path, **body)
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:300]}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status and problem["title"] and problem["detail"]
    assert "Traceback" not in answer.text and "psycopg" not in answer.text and 'File "' not in answer.text
    return problem
