"""The full scale has 2,048 logical shards: people live there as with 64, shards move, and repair goes through all."""

import pytest

from minigram.databases.ids import shard_of
from minigram.databases.sharded.moving.mover import Mover
from minigram.lab import growing
from minigram.lab.attached import Attached
from minigram.lab.experiments.thousands import Thousands
from minigram.lab.running import running
from minigram.repair.findings import findings
from tests.behaviour.client import Someone
from tests.behaviour.waiting import eventually

pytestmark = pytest.mark.slow


def test_people_live_on_two_thousand_shards() -> None:
    """Both ends of what they do, a feed over all of them, a move, and leaving, which reaches every home."""
    with running(Thousands) as app, growing.mover(Attached(app.run)) as mover:
        assert sum(map(len, Thousands.owners().values())) == 2_048
        people = [Someone(app.url) for _ in range(5)]
        ann, others = people[0], people[1:]
        assert len({shard_of(int(one.id)) for one in people}) > 1
        ann.follow(*others)
        photos = [other.post() for other in others]
        assert ann.feed() == photos[::-1]
        _move(mover, shard_of(int(others[0].id)))
        assert ann.feed() == photos[::-1] and others[0].post() == ann.feed()[0]
        others[1].leave()
        eventually("who has left is gone everywhere", lambda: photos[1] not in ann.feed(), within=20)
        assert not [*findings(app.system)]  # type: ignore[arg-type]


def _move(mover: Mover, shard: int) -> None:
    """To the next server."""
    (here,) = [server for server, shards in Thousands.owners().items() if shard in shards]
    there = f"db{int(here[2:]) % 4 + 1}"
    moved = mover.move(shard, there)
    assert (moved.source, moved.target) == (here, there)
    assert moved.pause_ms is not None and moved.pause_ms < 2_000
