"""What the door to PostgreSQL promises where rows lie in logical shards on several servers."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import ARRAY, BigInteger, Insert, any_, bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from minigram.databases import Unavailable
from minigram.databases.ids import shard_of
from minigram.databases.sharded.databases import ShardedDatabases
from minigram.databases.sharded.home import Shard
from minigram.databases.sharded.map import CUT_OVER
from minigram.lab.counters import Counted, counting
from minigram.lab.running import Running, running
from minigram.social.tables import people, photos
from tests.behaviour.waiting import eventually
from tests.ch03_sharding.small import Small, accept, drop, make, refuse, write_map
from tests.databases.blocks import fail, transaction
from tests.servers.standing_still import answers

NAMES = select(people.c.name).order_by(people.c.name)
MINE = (
    select(people.c.id, people.c.name)
    .where(people.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))), people.c.name != bindparam("but"))
    .order_by(people.c.id.desc())
    .limit(3)
)
NEWEST = select(people.c.id, people.c.name).order_by(people.c.id.desc()).limit(3)


@pytest.fixture(scope="module")
def bench() -> Iterator[Running]:
    with running(Small, processes=False) as found:
        yield found


@pytest.fixture
def databases(bench: Running) -> Iterator[ShardedDatabases]:
    """A router that has read the map just now; all shards are empty."""
    with Small(bench.addresses) as system:
        for home in system.databases.every():
            with home.begin() as tx:
                tx.execute(text(f"TRUNCATE {home.schema}.people CASCADE"))
        yield system.databases


def add(name: str) -> Insert:
    new = insert(people).values(name=name, email=f"{name}@example.org", password_hash="")
    return new.returning(people.c.id)


def born(home: Shard, name: str) -> int:
    """Somebody new at a home; their id."""
    with home.begin() as tx:
        id: int = tx.execute(add(name))[0].id
    return id


def names(home: Shard) -> list[str]:
    return [row.name for row in home.read(NAMES)]


def asked(counted: Counted) -> dict[str, int]:
    """Statements on each PostgreSQL that had any."""
    assert not counted.doubts
    return {name: each["statements"] for name, each in counted.by_server.items() if each.get("statements")}


def test_every_id_tells_its_home(databases: ShardedDatabases) -> None:
    """The row lies there and nowhere else, and the home is found again by the id alone."""
    for number, home in enumerate(databases.every()):
        id = born(home, f"p{number}")
        assert shard_of(id) == number and databases.of(id) is home
        with home.begin() as tx:
            photo = insert(photos).values(author_id=id, media="", width=1, height=1, caption="")
            assert databases.of(tx.execute(photo.returning(photos.c.id))[0].id) is home
    assert [names(home) for home in databases.every()] == [[f"p{number}"] for number in range(8)]


def test_homes_are_drawn_from_all(databases: ShardedDatabases) -> None:
    """Each of eight comes up in three hundred draws."""
    assert {databases.draw().number for _ in range(300)} == set(range(8))


def test_an_id_that_somebody_made_up_is_found_nowhere(databases: ShardedDatabases) -> None:
    """Whatever its bits say; asking is no error."""
    for id in (1, 7_000, 2**63 - 1, 70 << 10, 8191 << 10):
        assert databases.of(id).read(MINE, ids=[id], but="") == []
        assert databases.each([id], MINE, limit=3, but="") == []


def test_fresh_ids_are_the_homes_own_and_in_order(databases: ShardedDatabases) -> None:
    """As many as are wanted, each once, ascending; rows loaded with them are there."""
    home = databases.shard(3)
    ids = home.ids(people, 500)
    assert ids == sorted(set(ids)) and {shard_of(id) for id in ids} == {3}
    columns = ("id", "name", "email", "password_hash")
    home.copy(people, columns, ((id, f"p{id}", f"p{id}@example.org", "") for id in ids))
    assert len(names(home)) == 500


def test_what_ends_well_is_kept_and_what_raises_is_not(databases: ShardedDatabases) -> None:
    """All of a block or none, and the exception comes through as it was."""
    home = databases.shard(0)
    with home.begin() as tx:
        tx.execute(add("ann"))
        tx.execute(add("ben"))
        assert names(home) == [], "nobody else sees it before it is committed"
    with pytest.raises(ZeroDivisionError):
        transaction(home, add("carla"), then=fail)
    assert names(home) == ["ann", "ben"]


@pytest.mark.parametrize("first", [True, False])
def test_a_constraint_that_refuses_is_told_as_that(databases: ShardedDatabases, first: bool) -> None:
    """IntegrityError from the first statement or a later one; nothing is kept, and nothing is tried again."""
    home = databases.shard(0)
    orphan = insert(photos).values(author_id=1, media="", width=1, height=1, caption="")
    with pytest.raises(IntegrityError):
        transaction(home, *(() if first else (add("ann"),)), orphan)
    assert names(home) == []


def test_what_follows_a_commit_comes_after_it_and_only_then(databases: ShardedDatabases) -> None:
    """In order, when others can see what was written; never after a rollback."""
    home, seen = databases.shard(0), list[object]()
    transaction(home, add("ann"), after=[lambda: seen.append(names(home)), lambda: seen.append("second")])
    assert seen == [["ann"], "second"]
    with pytest.raises(ZeroDivisionError):
        transaction(home, add("ben"), after=[lambda: seen.append("never")], then=fail)
    assert seen[2:] == []


def test_a_read_is_one_statement_on_one_server(bench: Running, databases: ShardedDatabases) -> None:
    """No BEGIN, no ROLLBACK, no look at the map: counted by PostgreSQL."""
    home = databases.shard(5)
    names(home)
    with counting(bench.servers) as counted:
        for _ in range(5):
            names(home)
    assert asked(counted) == {"db2": 5} and counted["db2"]["control"] == 0


def test_each_asks_every_server_once(bench: Running, databases: ShardedDatabases) -> None:
    """Servers that have none of the ids are not asked; the answer is the same as if all rows lay together."""
    ids = [born(home, f"p{home.number}") for home in databases.every()]
    with counting(bench.servers) as counted:
        found = databases.each(ids, MINE, limit=3, but="p7")
    assert [row.name for row in found] == ["p6", "p5", "p4"] and [row.id for row in found] == ids[6:3:-1]
    assert asked(counted) == {"db1": 1, "db2": 1, "db3": 1, "db4": 1}
    with counting(bench.servers) as counted:
        assert [row.name for row in databases.each([ids[0], ids[4], ids[1]], MINE, limit=2, but="")] == ["p4", "p1"]
    assert asked(counted) == {"db1": 1, "db2": 1}
    with counting(bench.servers) as counted:
        assert [row.name for row in databases.each([ids[2]], MINE, limit=2, but="")] == ["p2"]
        assert databases.each([], MINE, limit=3, but="") == []
    assert asked(counted) == {"db3": 1}


def test_all_asks_every_server_once(bench: Running, databases: ShardedDatabases) -> None:
    """The newest rows of all shards, and no more than were asked for."""
    for home in [*databases.every(), *databases.every()]:
        born(home, f"p{home.number}")
    with counting(bench.servers) as counted:
        assert [row.name for row in databases.all(NEWEST, limit=3)] == ["p7", "p6", "p5"]
    assert asked(counted) == {"db1": 1, "db2": 1, "db3": 1, "db4": 1}


def test_a_server_that_does_not_answer_makes_its_shards_unavailable(
    bench: Running, databases: ShardedDatabases
) -> None:
    """Those alone, and whoever asks all; when it is back, so are they."""
    ids = [born(home, f"p{home.number}") for home in databases.every()]
    bench.servers["db1"].kill()
    try:
        with pytest.raises(Unavailable):
            names(databases.shard(0))
        with pytest.raises(Unavailable):
            born(databases.shard(4), "new")
        with pytest.raises(Unavailable):
            databases.each(ids, MINE, limit=3, but="")
        assert names(databases.shard(1)) == ["p1"]
        assert len(databases.each(ids[1:4], MINE, limit=3, but="")) == 3
    finally:
        bench.servers["db1"].start()
    eventually("the shard is back", lambda: answers(lambda: names(databases.shard(0)) or None))
    assert len(databases.each(ids, MINE, limit=3, but="")) == 3


def test_a_pooler_that_was_restarted_is_noticed_by_nobody(bench: Running, databases: ShardedDatabases) -> None:
    """All connections have ended meanwhile; the next transaction begins on a new one, and so does the next read."""
    home = databases.shard(0)
    for name in ("ann", "ben"):
        born(home, name)
        bench.servers["pool1"].restart()
    born(home, "carla")
    assert names(home) == ["ann", "ben", "carla"]


@pytest.fixture
def moved(bench: Running, databases: ShardedDatabases) -> Iterator[Callable[[], None]]:
    """Moves the empty shard 4 from db1 to db3, behind the back of a router that knows where it was."""
    born(databases.shard(0), "stays")
    make(bench, "db3", 4)

    def move() -> None:
        refuse(bench, "db1", 4)
        write_map(bench, "db3", 4)

    yield move
    accept(bench, "db1", 4)
    write_map(bench, "db1", 4)
    drop(bench, "db3", 4)


@pytest.mark.parametrize(
    "ask",
    [
        lambda databases: names(databases.shard(4)),
        lambda databases: born(databases.shard(4), "new"),
        lambda databases: databases.shard(4).ids(people, 3),
        lambda databases: databases.all(NEWEST, limit=3),
        lambda databases: databases.each([4 << 10, 0, 1 << 10], MINE, limit=3, but=""),
    ],
    ids=["read", "write", "ids", "all", "each"],
)
def test_a_refusal_makes_the_router_read_the_map_and_ask_once_more(
    bench: Running, databases: ShardedDatabases, moved: Callable[[], None], ask: Callable[[ShardedDatabases], Any]
) -> None:
    """Nobody notices; the map is read once, and from then on the new server is asked straight away."""
    moved()
    with counting(bench.servers) as counted:
        ask(databases)
    assert 1 <= asked(counted)["main"] <= 3 and asked(counted)["db3"] >= 1
    with counting(bench.servers) as counted:
        ask(databases)
    assert "main" not in asked(counted) and asked(counted)["db3"] == 1


def test_what_was_written_during_a_cut_over_is_written_once(
    bench: Running, databases: ShardedDatabases, moved: Callable[[], None]
) -> None:
    """Writers that are refused before the map names the new owner wait, and go there; all that they wrote is there."""
    refuse(bench, "db1", 4)
    with ThreadPoolExecutor(8) as pool:
        writing = [pool.submit(born, databases.shard(4), f"p{n}") for n in range(8)]
        with pytest.raises(TimeoutError):
            writing[0].result(CUT_OVER / 5)
        write_map(bench, "db3", 4)
        ids = [one.result(CUT_OVER) for one in writing]
    assert names(databases.shard(4)) == sorted(f"p{n}" for n in range(8)) and len(set(ids)) == 8


def test_who_is_refused_for_too_long_is_told(bench: Running, databases: ShardedDatabases) -> None:
    """Unavailable, after about two seconds; other shards of the same server go on meanwhile."""
    refuse(bench, "db1", 4)
    try:
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            born(databases.shard(4), "new")
        assert CUT_OVER <= time.monotonic() - begun < CUT_OVER + 2
        born(databases.shard(0), "goes on")
    finally:
        accept(bench, "db1", 4)
    assert names(databases.shard(4)) == []


def test_a_transaction_that_is_refused_in_the_middle_is_not_kept(bench: Running, databases: ShardedDatabases) -> None:
    """Its block cannot be done again elsewhere: Unavailable, and what it did before is taken back."""
    home = databases.shard(4)

    def half() -> None:
        with home.begin() as tx:
            tx.execute(add("ann"))
            refuse(bench, "db1", 4)
            tx.execute(add("ben"))

    with pytest.raises(Unavailable):
        half()
    accept(bench, "db1", 4)
    assert names(home) == []


def test_other_errors_are_no_refusals(bench: Running, databases: ShardedDatabases) -> None:
    """A table that no shard has is told at once, as what it is, and the map is not read."""
    with (
        counting(bench.servers) as counted,
        pytest.raises(ProgrammingError, match="nowhere"),
        databases.shard(0).begin() as tx,
    ):
        tx.execute(text("SELECT * FROM nowhere"))
    assert "main" not in asked(counted)
