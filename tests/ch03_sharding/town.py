"""People who live at homes that the test has chosen."""

from itertools import count

from sqlalchemy import insert

from minigram.lab.running import Running
from minigram.social.people import hash_password
from minigram.social.tables import people
from minigram.stages.ch03_sharding import Sharded
from tests.ch03_sharding.small import rows

PASSWORD = "correct horse battery"

_numbers = count(1)
_hash = hash_password(PASSWORD)


def settle(system: Sharded, shard: int) -> int:
    """Somebody new at that shard, with handles; their id."""
    name = f"p{next(_numbers)}"
    values = {"name": name, "email": f"{name}@example.org", "password_hash": _hash}
    with system.databases.shard(shard).begin() as tx:
        id: int = tx.execute(insert(people).values(values).returning(people.c.id))[0].id
    system.directory.claim(id, values["name"], values["email"])
    return id


def edge(system: Sharded, follower: int, followee: int) -> tuple[int, int]:
    """What either end has of the edge: following at the follower's home, followers at the followee's."""
    return system.follows.counts(follower)[1], system.follows.counts(followee)[0]


def outbox(bench: Running) -> list[tuple[object, ...]]:
    """What is in all outboxes."""
    query = "SELECT kind, at FROM public.outbox ORDER BY id"
    return [row for server in ("db1", "db2", "db3", "db4") for row in rows(bench, server, query)]
