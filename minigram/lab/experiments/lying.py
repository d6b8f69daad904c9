"""Where rows and shards lie: whether that is where the ids and the map say."""

from sqlalchemy import func, literal, select, union_all

from minigram.databases.ids import SEQUENCE_BITS, SHARDS, schema_of
from minigram.lab.attached import Attached
from minigram.lab.experiments.shares import sharded
from minigram.lab.growing import site
from minigram.lab.running import Running
from minigram.social.tables import comments, people, photos

_IDS = union_all(*(select(table.c.id) for table in (people, photos, comments))).subquery()
_TOLD = _IDS.c.id.op(">>")(literal(SEQUENCE_BITS)).op("&")(literal(SHARDS - 1))
_ROWS = select(_TOLD.label("told"), func.count().label("rows")).select_from(_IDS).group_by(_TOLD)


def strays(run: Running) -> int:
    """People, photos and comments whose id tells another logical shard than the one that they lie in."""
    shards = sharded(run).databases.every()
    return sum(row.rows for shard in shards for row in shard.read(_ROWS) if row.told != shard.number)


def homes_of(run: Running, shard: int) -> list[str]:
    """The servers that have something by the name of a shard's schema."""
    found = []
    for name in sharded(run).databases.map.servers():
        with site(Attached(run.run), name) as server:
            if server.schema(schema_of(shard)):
                found.append(name)
    return found
