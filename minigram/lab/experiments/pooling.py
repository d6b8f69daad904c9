"""Many clients, and what they cost PostgreSQL: directly, and through a pooler."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import psycopg

from minigram.addresses import Need
from minigram.lab.attached import Attached
from minigram.lab.counters.pgbouncer import show
from minigram.lab.cpu import cpu_seconds
from minigram.lab.running import Running
from minigram.lab.runs import Comparison, Run, compare
from minigram.lab.runs import run as measured
from minigram.lab.servers import Server

TRANSACTIONS = 3
"""How many each client sends, of a hundredth of a second each."""

TIMES = 150
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


def connecting(run: Running, direct: str, pooled: str, length: float = 1, server: str = "main") -> Comparison[Run]:
    """Processor time that PostgreSQL takes for a client who connects, asks one thing and hangs up, in milliseconds:
    directly, and through the pooler.
    """
    times = round(TIMES * length)

    def by(url: str) -> Callable[[], Run]:
        return lambda: measured(run, lambda: _come_and_go(url, times))

    return compare(by(direct), by(pooled), lambda one: one.cpu[server] / times * 1e3)


@dataclass(frozen=True)
class Password:
    """Processor milliseconds of a pooler for a client who connects, asks one thing and hangs up: where the password is
    checked by SCRAM, and where it is checked by md5."""

    scram: float
    md5: float


def password(run: Running, server: str = "main", pooler: str = "pool") -> Password:
    """What the check of the password costs the pooler. One that checks by md5 is started beside it, and ends with the
    run."""
    quick, pooled = f"{pooler}-md5", run.servers[pooler]
    other = Attached(run.run).start(Need("pgbouncer", quick, {"auth_type": "md5"}, before=(server,)))[quick]

    def cost(one: Server) -> float:
        before = cpu_seconds(one.pids())
        _come_and_go(one.url, TIMES)
        return (cpu_seconds(one.pids()) - before) / TIMES * 1e3

    return Password(scram=cost(pooled), md5=cost(other))


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
