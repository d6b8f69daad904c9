"""A plan of moves that levels the servers. The statement says what is asked for."""

Move = tuple[int, str, str]
"""(logical shard, the server that it leaves, the server that it goes to)"""


def plan(
    staying: list[str], leaving: list[str], shards: list[tuple[int, str, int]], moving: list[Move], most: int
) -> list[list[Move]]:
    """The moves that are still needed, those in progress included, in waves that follow one another."""
    raise NotImplementedError
