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

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from minigram.addresses import Need
from minigram.lab.servers.kinds import kind
from minigram.lab.servers.provider import PROVIDERS, provider
from minigram.lab.servers.server import Server

__all__ = ["Server", "kind", "provider", "start_all"]


def start_all(needs: Iterable[Need], run: Path) -> dict[str, Server]:
    """Start a server for each need, all at once; they answer when this returns. By name, in the order of the
    needs.

    When one of them cannot start, or on Ctrl-C, whoever owns the run removes what has started.
    """
    wanted = tuple(needs)
    box = PROVIDERS[provider(sorted({need.kind for need in wanted}))]
    servers = {need.name: kind(need.kind)(need, run, box) for need in wanted}
    pool = ThreadPoolExecutor(max_workers=max(1, len(servers)))
    try:
        for starting in [pool.submit(server.start) for server in servers.values()]:
            starting.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return servers
