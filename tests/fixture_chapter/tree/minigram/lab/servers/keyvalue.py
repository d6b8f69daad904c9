"""A kind of server that this chapter brings: Redis, under a name of its own."""

from minigram.lab.servers.redis import Redis


class KeyValue(Redis):
    """What is stored in it is on the disk before it is acknowledged, as Redis's own kind has it."""
