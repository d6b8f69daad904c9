"""A Redis, as a user that reads and writes keys and runs scripts.

It changes no setting and no user, empties no database, ends nobody's connection, and looks at no list of all keys,
clients or commands. What it can store is bounded: a Redis that is full refuses to store more.
"""

from pathlib import Path

import redis

from minigram.lab import LabError
from minigram.lab.servers import Server

USER = "student"
COMMANDS = "+@all -@admin -@dangerous -function -script +script|load +script|exists".split()
MEMORY = 64 * 2**20


def let_in(server: Server, password: str) -> None:
    """Make the user; a Redis keeps users in its memory alone, and has none after a restart."""
    try:
        with redis.Redis.from_url(server.admin_url, socket_timeout=5) as client:
            client.config_set("maxmemory", MEMORY)
            client.config_set("maxmemory-policy", "noeviction")
            client.execute_command("ACL", "SETUSER", USER, "reset", "on", f">{password}", "~*", "&*", *COMMANDS)
    except redis.RedisError as error:
        raise LabError(f"The Redis '{server.name}' did not let the submission in: {error}") from error


def socket(folder: Path, number: int) -> Path:
    """Where the student's side finds it."""
    return folder / f"redis.{number}"


def url(server: Server, folder: Path, number: int, password: str) -> str:
    """Database 0."""
    return f"unix://{USER}:{password}@{socket(folder, number)}?db=0"
