"""Chapter 3's stage as a large site would begin: with far more logical shards than there are servers."""

from dataclasses import replace

from minigram.addresses import Need
from minigram.stages.ch03_sharding import Sharded


class Thousands(Sharded):
    """2,048 logical shards.

    Each has statements of its own, and PostgreSQL is to remember all of them. And a statement over all shards of a
    server locks some 6,000 tables and indexes: nearly as many as a server has room for, if nobody asks for more.
    """

    logical = 2_048

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        more = {"pg_stat_statements.max": "200000", "max_locks_per_transaction": "1024"}
        return tuple(
            replace(need, settings={**need.settings, **more}) if need.name in cls.owners() else need
            for need in super().needs()
        )
