"""What happens to servers while somebody turns the pages: a shard moves, and answers are held back."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg

from exercises.ch03_sharding.e3_newest_everywhere.likes import SERVERS, path, places
from exercises.ch03_sharding.e3_newest_everywhere.stage import Indexed
from minigram.course.judge import Staged
from minigram.course.judge.staged import Member
from minigram.databases.ids import schema_of
from minigram.directory import handles

WAITING = 3.0
"""Seconds within which all servers have to be asked."""


def move(case: Staged, shard: int) -> str:
    """Move a shard to the other server while nobody writes to it; the line that tells it."""
    source = places(case)[shard]
    (target,) = {*SERVERS} - {source}
    schema = schema_of(shard)
    for statement in Indexed.create([shard]):
        case.sql(statement.replace("%", "%%"), server=target)
    urls = [case.running.servers[name].url for name in (source, target)]
    with psycopg.connect(urls[0]) as here, psycopg.connect(urls[1]) as there:
        for table in (table for table in Indexed.schema() if table is not handles):
            out, into = (f"COPY {schema}.{table.name} {way}".encode() for way in ("TO STDOUT", "FROM STDIN"))
            with here.cursor().copy(out) as reading, there.cursor().copy(into) as writing:
                for rows in reading:
                    writing.write(rows)
    case.sql("UPDATE shards SET server = %s, version = version + 1 WHERE shard = %s", target, shard)
    case.sql(f"DROP SCHEMA {schema} CASCADE", server=source)
    return f"shard {shard} moves from {source} to {target}"


def asked_together(case: Staged, who: Member, limit: int) -> int:
    """How many servers are asked for a page when none of them answers."""
    shards = {server: shard for shard, server in places(case).items()}
    with ThreadPoolExecutor(1) as pool:
        with ExitStack() as ending:
            holding = [ending.enter_context(psycopg.connect(case.running.servers[name].url)) for name in shards]
            for server, shard in zip(holding, shards.values(), strict=True):
                server.execute(f"LOCK TABLE {schema_of(shard)}.likes IN ACCESS EXCLUSIVE MODE".encode())
            asking = pool.submit(case.request, "GET", path(limit, None), who)
            most, end = 0, time.monotonic() + WAITING
            while most < len(holding) and time.monotonic() < end and not asking.done():
                waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
                most = max(most, sum(server.execute(waiting).fetchone() == (True,) for server in holding))
                time.sleep(0.002)
            for server in holding:
                server.rollback()
        asking.result()
    return most
