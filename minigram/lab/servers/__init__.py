"""Real servers for the lab, from Docker or from this machine's own binaries, behind one interface.

Each kind of server is one file here, found by its name: a stage's `Need("redis", "sessions")` is run by
`redis.py`. Such a file holds one subclass of `Server`, with the two recipes side by side; this is all of it:

    class Redis(Server):
        software = Software(programs=("redis-server",), debian="redis-server", homebrew="redis")
        image, port_inside = "redis:7", 6379

        def native(self, box: Native) -> list[str]:     # the command; fill self.home first where needed
            return [box.found["redis-server"], "--bind", HOST, "--port", str(self.port),
                    "--dir", str(self.home), "--requirepass", self.secret, "--appendonly", "yes"]

        def docker(self) -> Recipe:                     # what the image's entry point is told
            return Recipe(["redis-server", "--requirepass", self.secret, "--appendonly", "yes"])

        @property
        def url(self) -> str:
            return f"redis://:{self.secret}@{HOST}:{self.port}/0"

        def answer(self) -> str:                        # its version, or any exception: not yet
            with redis.Redis.from_url(self.url) as client:
                return str(client.info("server")["redis_version"])

`self.port`, `self.secret` and `self.home` are there before a recipe is asked. A server that was killed starts
again on the same port with the same data. Only servers listen, and only on 127.0.0.1.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

from minigram.addresses import Need
from minigram.lab.servers.kinds import kind
from minigram.lab.servers.provider import PROVIDERS, provider
from minigram.lab.servers.server import Neighbour, Server

__all__ = ["Neighbour", "Server", "kind", "provider", "start_all"]


def start_all(
    needs: Iterable[Need],
    run: Path,
    running: Mapping[str, Neighbour] = MappingProxyType({}),
    port: int | None = None,
) -> dict[str, Server]:
    """Start a server for each need, all at once but for those that lead to others; they answer when this returns. By
    name, in the order of the needs, in which those behind a server come before it.

    `running` are the servers and processes that run already; `port` is for the last server.

    When one of them cannot start, or on Ctrl-C, whoever owns the run removes what has started.
    """
    wanted = tuple(needs)
    box = PROVIDERS[provider(sorted({need.kind for need in wanted}))]
    known: dict[str, Neighbour] = dict(running)
    servers: dict[str, Server] = {}
    for need in wanted:
        behind = {name: known[name] for name in need.before}
        at = port if need is wanted[-1] else None
        known[need.name] = servers[need.name] = kind(need.kind)(need, run, box, behind, at)
    pool = ThreadPoolExecutor(max_workers=max(1, len(servers)))
    starting: dict[str, Future[None]] = {}

    def start(server: Server) -> None:
        for name in server.need.before:
            if name in starting:
                starting[name].result()
        server.start()

    try:
        for server in servers.values():
            starting[server.name] = pool.submit(start, server)
        for started in starting.values():
            started.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return servers
