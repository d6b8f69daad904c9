"""Redis's own statistics: `commands` that it was given, and `keys` that it holds."""

from typing import Any, cast

import redis

from minigram.lab import LabError
from minigram.lab.counters import Countable, Look


def look(server: Countable) -> Look:
    """The counters now; LabError when the server does not answer."""
    try:
        with redis.Redis.from_url(server.admin_url) as client:
            keys = cast(int, client.dbsize())
            found = cast(dict[str, Any], client.info())
    except redis.RedisError as error:
        raise LabError(f"Redis '{server.name}' did not tell its counters: {error}") from error
    return Look({"commands": found["total_commands_processed"], "keys": keys}, found["run_id"])
