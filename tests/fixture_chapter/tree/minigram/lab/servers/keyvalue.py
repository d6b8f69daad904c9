"""Redis, with its data in an append-only file."""

import redis

from minigram.lab.servers.native import Native
from minigram.lab.servers.ports import HOST
from minigram.lab.servers.server import Recipe, Server
from minigram.lab.servers.software import Software


class KeyValue(Server):
    """A Redis server; who wants to use it needs its password."""

    software = Software(programs=("redis-server",), debian="redis-server", homebrew="redis")
    image = "redis:7"
    port_inside = 6379

    def native(self, box: Native) -> list[str]:
        """One process, and its files in its own directory."""
        listen = ["--bind", HOST, "--port", str(self.port), "--dir", str(self.home)]
        return [box.found["redis-server"], *listen, *self._settings()]

    def docker(self) -> Recipe:
        """The same settings inside the container."""
        return Recipe(["redis-server", *self._settings()])

    @property
    def url(self) -> str:
        """Database 0, as the default user."""
        return f"redis://:{self.secret}@{HOST}:{self.port}/0"

    def answer(self) -> str:
        """Its version."""
        with redis.Redis.from_url(self.url) as client:
            return str(client.info("server")["redis_version"])

    def _settings(self) -> list[str]:
        return ["--requirepass", self.secret, "--appendonly", "yes", "--appendfsync", "always", "--save", ""]
