"""Many clients, and what they cost PostgreSQL: directly, and through a pooler."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import psycopg

from minigram.lab.counters.pgbouncer import show
from minigram.lab.running import Running
from minigram.lab.runs import Comparison, Run, compare
from minigram.lab.runs import run as measured

TRANSACTIONS = 3
"""How many each client sends, of a hundredth of a second each."""

TIMES = 60
"""How often a client connects, asks and hangs up, for one measurement of that."""


@dataclass(frozen=True)
class Crowded:
    """So many clients at once: how many could not be served, and how many processes PostgreSQL had for the others."""

    clients: int
    refused: int
    backends: int


def crowded(url: str, clients: int) -> Crowded:
    """All of them connect, all send a few short transactions, and none hangs up before all are done."""
    with ExitStack() as open, ThreadPoolExecutor(clients) as threads:
        connected = [c for c in threads.map(lambda _: _connect(url), range(clients)) if c is not None]
        for connection in connected:
            open.callback(connection.close)
        served = [pids for pids in threads.map(_backends, connected) if pids]
    return Crowded(clients, clients - len(served), len(set().union(*served)))


def own_backends(run: Running, server: str = "main", pooler: str = "pool") -> int:
    """How many processes PostgreSQL has for the app's role to which no connection of the pooler leads."""
    pooled = {int(row["remote_pid"]) for row in show(run.servers[pooler], "SERVERS")}
    asked = "SELECT pid FROM pg_stat_activity WHERE usename = %s"
    role = psycopg.conninfo.conninfo_to_dict(run.servers[server].url)["user"]
    with psycopg.connect(run.servers[server].admin_url, autocommit=True) as connection:
        return len({pid for (pid,) in connection.execute(asked, [role]).fetchall()} - pooled)


def connecting(run: Running, direct: str, pooled: str, length: float = 1) -> Comparison[Run]:
    """Processor time that the servers take for a client who connects, asks one thing and hangs up, in milliseconds:
    directly, and through the pooler, whose own time counts.
    """
    times = round(TIMES * length)

    def by(url: str) -> Callable[[], Run]:
        return lambda: measured(run, lambda: _come_and_go(url, times))

    return compare(by(direct), by(pooled), lambda one: sum(one.cpu[name] for name in run.servers) / times * 1e3)


def _connect(url: str) -> "psycopg.Connection[tuple[int]] | None":
    try:
        return psycopg.connect(url, autocommit=True, prepare_threshold=None, connect_timeout=20)
    except psycopg.OperationalError:
        return None


def _backends(connection: "psycopg.Connection[tuple[int]]") -> set[int]:
    """The processes of PostgreSQL that served this client; none if it was hung up on."""
    ask = "SELECT pg_backend_pid() FROM pg_sleep(0.01)"
    try:
        return {pid for _ in range(TRANSACTIONS) for (pid,) in connection.execute(ask).fetchall()}
    except psycopg.Error:
        return set()


def _come_and_go(url: str, times: int) -> None:
    for _ in range(times):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SELECT 1").fetchall()
