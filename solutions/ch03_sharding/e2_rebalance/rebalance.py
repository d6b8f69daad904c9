"""A plan of moves that levels the servers."""

from collections import Counter

Move = tuple[int, str, str]
"""(logical shard, the server that it leaves, the server that it goes to)"""


def plan(
    staying: list[str], leaving: list[str], shards: list[tuple[int, str, int]], moving: list[Move], most: int
) -> list[list[Move]]:
    """The moves that are still needed, those in progress included, in waves that follow one another."""
    rows = {shard: count for shard, _, count in shards}
    place = {shard: server for shard, server, _ in shards} | {shard: to for shard, _, to in moving}
    return _waves(moving, _moves(sorted(staying), set(leaving), rows, place), most)


def _moves(staying: list[str], leaving: set[str], rows: dict[int, int], place: dict[int, str]) -> list[Move]:
    """What has to move once the moves in progress have ended.

    Loads are multiplied by the number of servers, so that the mean is a whole number, too. Only servers above the mean
    give, fullest first, and only servers below it receive, emptiest first: each stays within one shard of the mean.
    """
    size = {shard: count * len(staying) for shard, count in rows.items()}
    mean, tolerance = sum(rows.values()), max(size.values(), default=0)
    load = {server: sum(size[shard] for shard in size if place[shard] == server) for server in staying}
    above = [server for server in staying if load[server] > mean]
    below = [server for server in staying if load[server] <= mean]
    moves = []

    def move(shard: int, to: str) -> None:
        moves.append((shard, place[shard], to))
        if place[shard] in load:
            load[place[shard]] -= size[shard]
        load[to] += size[shard]
        place[shard] = to

    for shard in sorted(size, key=lambda shard: (-size[shard], shard)):
        if place[shard] in leaving:
            move(shard, min(staying, key=lambda server: load[server]))
    while any(abs(load[server] - mean) > tolerance for server in staying):
        giver, taker = max(above, key=lambda server: load[server]), min(below, key=lambda server: load[server])
        there = sorted((size[shard], shard) for shard in size if place[shard] == giver and size[shard])
        fitting = [one for one in there if one[0] <= min(load[giver] - mean, mean - load[taker])]
        move((fitting[-1] if fitting else there[0])[1], taker)
    return moves


def _waves(moving: list[Move], moves: list[Move], most: int) -> list[list[Move]]:
    """Each move in the first wave in which both of its servers have room, and after an earlier move of the shard."""
    waves = [sorted(moving)] if moving else []
    busy = [Counter(server for _, *ends in wave for server in ends) for wave in waves]
    for shard, *ends in moves:
        at = 1 if any(shard == earlier for earlier, *_ in moving) else 0
        while at < len(waves) and any(busy[at][server] >= most for server in ends):
            at += 1
        if at == len(waves):
            waves.append([])
            busy.append(Counter())
        waves[at].append((shard, ends[0], ends[1]))
        busy[at].update(ends)
    return waves
