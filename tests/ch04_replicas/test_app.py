"""The whole stage: what people see while the replicas are behind, and what its operator sees and does."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from psycopg import errors, sql

from minigram.addresses import VARIABLE
from minigram.databases.ids import schema_of, shard_of
from minigram.databases.replicated import asking
from minigram.databases.replicated.position import Lsn, Mark
from minigram.databases.replicated.roles import beside
from minigram.databases.replicated.session import Place
from minigram.databases.sharded.moving.moves import Moves, Step
from minigram.lab import growing
from minigram.lab.attached import Attached, Known
from minigram.lab.counters import counting
from minigram.lab.experiments.lag import holding, lagging
from minigram.lab.experiments.two_homes import waiting
from minigram.lab.replicas import groups_of, look
from minigram.lab.running import Running, running
from minigram.lab.servers import Server
from minigram.sessions.places import KeptPlaces
from minigram.sessions.shared import Store
from minigram.stages.ch04_replicas import Replicas
from tests.behaviour.client import Someone
from tests.behaviour.waiting import eventually


@pytest.fixture(scope="module")
def app() -> Iterator[Running]:
    with running(Replicas) as found:
        yield found


def test_who_did_it_sees_it_though_the_replicas_are_a_second_late(app: Running) -> None:
    """Signing up, logging in, posting, liking, commenting, following: at once, whichever web server answers."""
    ben = Someone(app.url)
    eventually("the replicas have caught up", lambda: caught_up(app))
    with ExitStack() as late:
        for replica in replicas(app):
            late.enter_context(lagging(replica, 1_000))
        ann = Someone(app.url)
        assert ann.get("/api/me")["name"] == ann.name
        for number in range(1, 6):
            photo = ann.post(str(number))
            assert ann.feed()[0] == photo and ann.get("/api/me")["photos"] == number
            ann.like(photo)
            assert ann.photo(photo)["liked"]
            ann.comment(photo, "mine")
            assert ann.comments(photo) == ["mine"]
            ann.unlike(photo)
            assert not ann.photo(photo)["liked"]
        ann.follow(ben)
        assert ann.person(ben)["followed"] and ann.person(ben)["followers"] == 1
        ann.unpost(photo)
        assert not ann.sees(f"/api/photos/{photo}") and photo not in ann.feed()
        ann.log_in()
        assert ann.get("/api/me")["photos"] == 4, "another device of the same person"


def test_others_see_it_once_the_replicas_have_it(app: Running) -> None:
    """While the replicas hold, nobody else sees a new photo; afterwards everybody does."""
    ann, ben = Someone(app.url), Someone(app.url)
    eventually("the replicas have caught up", lambda: caught_up(app))
    with ExitStack() as held:
        for replica in replicas(app):
            held.enter_context(holding(replica))
        photo = ann.post()
        assert ann.sees(f"/api/photos/{photo}") and not ben.sees(f"/api/photos/{photo}")
    eventually("others see it", lambda: ben.sees(f"/api/photos/{photo}"))


def test_pages_are_read_from_replicas(app: Running) -> None:
    """A reader's pages take no row from the primary of any shard."""
    ann, ben = Someone(app.url), Someone(app.url)
    photo = ann.post()
    ben.follow(ann)
    eventually("the replicas have caught up", lambda: caught_up(app))
    ben.feed()
    asked = {server.name: server for server in app.servers.values() if server.kind in ("primary", "replica")}
    with counting(asked) as counted:
        for _ in range(10):
            ben.feed()
            ben.photo(photo)
            ben.person(ann)
    assert not counted.doubts
    answered = {name: counts["rows"] for name, counts in counted.by_server.items()}
    shards = [name for name, server in asked.items() if server.kind == "primary" and name != "main"]  # the directory's
    assert sum(answered[name] for name in shards) == 0
    assert sum(rows for name, rows in answered.items() if asked[name].kind == "replica") > 50


def test_the_operator_sees_who_is_behind(app: Running) -> None:
    """Every server with its role, timeline and position; the one that holds is behind, in bytes and milliseconds."""
    with holding(app.servers["mainr"]):
        Someone(app.url)
        said = minigram(app, "replicas").stdout
    rows = {cells[1]: cells for line in said.splitlines() if len(cells := line.replace("│", " ").split()) == 7}
    assert rows["main"][:4] == ["main", "main", "primary", "1"]
    assert rows["mainr"][:4] == ["main", "mainr", "replica", "1"]
    assert int(rows["mainr"][5]) > 0 and "/" in rows["mainr"][4]
    assert len(rows) == 10


def test_the_operator_promotes_a_replica(app: Running) -> None:
    """The app goes on with the new primary; what cannot be promoted is refused in a sentence."""
    ann = Someone(app.url)
    photos = [ann.post() for _ in range(3)]
    assert "There is no server 'db9'." in minigram(app, "replicas", "promote", "db9", status=3).stderr
    assert "db2 is no replica of db2 in service" in minigram(app, "replicas", "promote", "db2", status=3).stderr
    done = minigram(app, "replicas", "promote", "db1r").stdout
    assert done == (
        "db1r is the primary of db1; db1 was, and is out of service now.\n"
        "To bring it back as a replica: .venv/bin/minigram start db1\n"
    )
    assert "db1r" in minigram(app, "replicas").stdout
    others = [Someone(app.url) for _ in range(8)]  # some of them live there
    assert all(one.post() == one.feed()[0] for one in others)
    assert set(photos) <= set(ann.feed())
    app.restart("db1")
    assert beside(app.addresses.media).of("db1").replicas == ("db1",)


def test_a_shard_is_moved_away_from_a_promoted_replica(app: Running) -> None:
    """Who moves shards asks the primary of now; the rows come along, and people who live there notice nothing."""
    roles, found = beside(app.addresses.media), Attached(app.run)
    assert roles.of("db1").primary == "db1r", "it was promoted before"
    ann = somebody_of(app, "db1")
    photo, shard = ann.post(), shard_of(int(ann.id))
    said = minigram(app, "shards", "move", str(shard), "--to", "4").stdout
    assert f"Shard {shard} lies on db4 now, not on db1" in said
    assert ann.feed()[0] == photo and ann.post() == ann.feed()[0]
    with growing.site(found, "main") as main:
        assert Moves(main).owners()[shard] == "db4"


def test_a_replica_of_the_old_owner_refuses_before_the_new_one_admits(app: Running) -> None:
    """Else somebody who has not heard of the move could read there, without what was written at the new owner."""
    shard, found = Replicas.owners()["db3"][0], Attached(app.run)
    with lagging(app.servers["db3r"], 200), growing.mover(found) as mover:
        for move in mover.steps(shard, "db4"):
            if move.step is Step.MOVED:
                with psycopg.connect(app.servers["db3r"].url) as reader, pytest.raises(errors.InsufficientPrivilege):
                    reader.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(move.schema, "people")))


def test_a_replica_that_does_not_hear_of_a_move_is_read_no_more(app: Running) -> None:
    """It would show the old rows to whoever has not heard of it either. Writers are not kept waiting for it."""
    shard, roles, late = Replicas.owners()["db3"][1], beside(app.addresses.media), app.servers["db3r"]
    eventually("it is in service", lambda: roles.of("db3").replicas == ("db3r",), within=20)
    with holding(late), growing.mover(Attached(app.run)) as mover:
        moved = mover.move(shard, "db4")
        assert roles.of("db3").replicas == ()
        with psycopg.connect(late.url) as reader:
            reader.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(schema_of(shard), "people")))
    assert moved.pause_ms is not None and moved.pause_ms < 2_000
    eventually("it is in service again", lambda: roles.of("db3").replicas == ("db3r",), within=20)


def test_a_server_that_is_added_has_a_replica(app: Running) -> None:
    """Web servers that ran before read there what lives on the new server, and the watch promotes it when that dies."""
    assert minigram(app, "shards", "add-server").stdout.startswith("db5 runs")
    ann, ben = somebody_of(app, "db2"), somebody_of(app, "db4")
    photo, shard = ann.post(), shard_of(int(ann.id))
    minigram(app, "shards", "move", str(shard), "--to", "5")
    assert ann.feed()[0] == photo and ann.post() == ann.feed()[0]
    found, roles = Attached(app.run), beside(app.addresses.media)
    assert roles.of("db5").replicas == ("db5r",)
    asked = {name: found.known[name] for name in ("db5", "db5r")}
    eventually("all events are handed over", lambda: waiting([asked["db5"].admin_url]) == 0)
    eventually("the replicas have caught up", lambda: caught_up(app))

    def replica_alone() -> bool:
        before = {name: rows_given(server) for name, server in asked.items()}
        for _ in range(10):
            ben.photo(photo)
        gave = {name: rows_given(server) - before[name] for name, server in asked.items()}
        return gave["db5"] == 0 and gave["db5r"] >= 10

    eventually("ten pages in a row are read from the replica alone", replica_alone)
    os.kill(asked["db5"].pid, signal.SIGKILL)
    eventually("db5r is the primary", lambda: roles.of("db5").primary == "db5r", within=30)
    assert ann.post() == ann.feed()[0] and photo in ann.feed()


def test_a_dead_primary_is_replaced_without_anybody(app: Running) -> None:
    """The watch notices, and people who live there can post again; the dead server comes back as a replica."""
    roles, dead = beside(app.addresses.media), app.servers["db2"]
    living_there = somebody_of(app, "db2")
    dead.kill()
    eventually("db2r is the primary", lambda: roles.of("db2").primary == "db2r", within=30)
    photo = living_there.post()
    assert living_there.feed()[0] == photo
    dead.start()
    assert roles.of("db2").replicas == ("db2",)
    assert living_there.feed()[0] == photo


def test_requests_that_end_together_take_nothing_from_each_other(app: Running) -> None:
    """Of two marks of a session the later one is kept, in whichever order they are written; a timeline comes first."""
    places = KeptPlaces(Store(app.addresses.servers["sessions"]))
    places.save("ann", {"db1": Place(at="db1s", since=20.0)})
    places.save("ann", {"db1": Place(at="db1r", since=10.0)})
    assert places.load("ann") == {"db1": Place(at="db1s", since=20.0)}, "a slow request brings nobody back"
    early, late, next_timeline = Mark(1, Lsn(5)), Mark(1, Lsn(2**40)), Mark(2, Lsn(7))
    for mark, kept in ((late, late), (early, late), (next_timeline, next_timeline), (late, next_timeline)):
        places.save("a token", {"db1": Place(mark, at="db1r")})
        assert places.load("a token") == {"db1": Place(kept, at="db1r")}
    assert places.load("another token") == {}
    places.close()


def somebody_of(app: Running, server: str) -> Someone:
    """Somebody whose home is on that server."""
    shards = Replicas.owners()[server]
    return next(one for one in (Someone(app.url) for _ in range(100)) if shard_of(int(one.id)) in shards)


def rows_given(server: Known) -> int:
    """Rows that it has given to the app since it began."""
    rows = "SELECT coalesce(sum(rows), 0)::bigint FROM pg_stat_statements WHERE userid = 'minigram'::regrole"
    with psycopg.connect(server.admin_url) as connection:
        return int(connection.execute(rows).fetchall()[0][0])


def minigram(app: Running, *arguments: str, status: int = 0) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-m", "minigram", *arguments], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, VARIABLE: str(app.path), "COLUMNS": "120"},
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done


def replicas(app: Running) -> list[Server]:
    return [server for server in app.servers.values() if server.kind == "replica"]


def caught_up(app: Running) -> bool:
    roles, groups = beside(app.addresses.media), groups_of(Attached(app.run))
    for name, urls in groups.items():
        with asking.connect(urls[roles.of(name).primary or name]) as primary:
            asking.committed(primary)  # else its disk may end within a record, and every replica be a little behind
    found = look(roles, groups)
    return all(one.behind == 0 for one in found)
