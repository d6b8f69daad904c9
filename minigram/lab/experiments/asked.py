"""What the app asked of each PostgreSQL, statement by statement, as PostgreSQL itself tells.

Its statistics keep statements apart by their text, and in a sharded app the text names the shards. What the relay asks
all the time, whether there is an event, names none.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psycopg

from minigram.lab import LabError
from minigram.lab.running import Running

_SHARD = re.compile(r"\bs([0-9]{4})\.")
_DIRECTORY = re.compile(r"\bhandles\b")
_CALLS = """
SELECT query, calls FROM pg_stat_statements
WHERE toplevel AND userid = (SELECT oid FROM pg_roles WHERE rolname = %s)
"""


@dataclass
class Asked:
    """How often each server ran each statement that names a shard; and how often the directory was asked."""

    calls: dict[tuple[str, str], int] = field(default_factory=dict)
    directory: int = 0

    @property
    def by_server(self) -> dict[str, int]:
        """Statements on each server that had any."""
        found: dict[str, int] = {}
        for (server, _), calls in sorted(self.calls.items()):
            found[server] = found.get(server, 0) + calls
        return found

    @property
    def statements(self) -> int:
        return sum(self.calls.values())

    @property
    def shards(self) -> set[int]:
        """The numbers of those that were touched."""
        return {int(shard) for _, query in self.calls for shard in _SHARD.findall(query)}

    @property
    def busiest(self) -> float:
        """The share of the server that was asked most."""
        return max(self.by_server.values()) / self.statements


@contextmanager
def asking(run: Running) -> Iterator[Asked]:
    """What is asked during the block; filled when it ends. Raises LabError where a server has forgotten statements."""
    asked = Asked()
    before = _look(run)
    yield asked
    for (server, query), calls in _look(run).items():
        more = calls - before.get((server, query), 0)
        if more and _SHARD.search(query):
            asked.calls[server, query] = more
        elif more and _DIRECTORY.search(query):
            asked.directory += more


def _look(run: Running) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for name, server in run.servers.items():
        if server.kind != "postgres":
            continue
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
            if connection.execute("SELECT 1 FROM pg_stat_statements_info WHERE dealloc > 0").fetchone():
                raise LabError(f"{name} has forgotten statements: raise pg_stat_statements.max")
            for query, calls in connection.execute(_CALLS, [urlsplit(server.url).username]):
                found[name, query] = found.get((name, query), 0) + calls
    return found
