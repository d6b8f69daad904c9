"""A submission comes to every server of its stage, of whatever kind, and to no more of it than an app needs."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from minigram.addresses import Need
from minigram.course.judge import Staged
from minigram.course.judge.admit import passing_by
from minigram.course.judge.evidence import Evidence, Transcript
from minigram.course.judge.judging import case_of
from minigram.course.judge.shut.ways import Way
from minigram.course.judge.trouble import Trouble
from tests.course.judge.several import planted


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, shut: Way) -> Iterator[Staged]:
    exercise = planted(tmp_path_factory.mktemp("several"))
    evidence = Evidence("", "", 1, shut.name)
    with case_of(exercise, exercise.stub.encode(), shut, 1, Transcript(), evidence) as found:
        assert isinstance(found, Staged)
        found.load()
        yield found


def tried(case: Staged, server: str, what: str) -> str:
    """What the student's side is told when it tries that."""
    return str(case.request("GET", f"/try?server={server}&what={quote(what)}").data()["said"])


def test_rows_of_every_postgresql(case: Staged) -> None:
    """It reads and writes rows in each PostgreSQL, in every schema, also in one that is made later."""
    assert tried(case, "main", "SELECT count(*) FROM photos") == "[(0,)]"
    assert tried(case, "other", "INSERT INTO s0007.things (what) VALUES ('x') RETURNING id, what") == "[(1, 'x')]"
    case.sql("CREATE SCHEMA s0008", server="other")
    case.sql("CREATE TABLE s0008.things (id bigint GENERATED ALWAYS AS IDENTITY, what text)", server="other")
    assert tried(case, "other", "INSERT INTO s0008.things (what) VALUES ('y') RETURNING id, what") == "[(1, 'y')]"
    assert case.sql("SELECT what FROM s0007.things UNION ALL SELECT what FROM s0008.things", server="other") == [
        ("x",), ("y",),
    ]  # fmt: skip


@pytest.mark.parametrize("statement", [
    "CREATE TABLE s0007.mine (x int)", "CREATE SCHEMA mine", "DROP TABLE s0007.things", "TRUNCATE s0007.things",
    "CREATE TEMPORARY TABLE mine (x int)", "SELECT pg_stat_statements_reset()", "SET ROLE minigram",
])  # fmt: skip
def test_nothing_but_rows(case: Staged, statement: str) -> None:
    """What is more than reading and writing rows is refused in a second PostgreSQL as in the first."""
    assert tried(case, "other", statement) == "InsufficientPrivilege"


@pytest.mark.parametrize("command", [
    "SET|a|1", "GET|a", "EVAL|return redis.call('INCR', KEYS[1])|1|n", "SCRIPT|LOAD|return 1", "EXPIRE|a|60", "TIME",
])  # fmt: skip
def test_keys_of_redis(case: Staged, command: str) -> None:
    """In Redis it reads and writes keys, and runs scripts."""
    assert tried(case, "keys", command) not in ("NoPermissionError", "ResponseError")


@pytest.mark.parametrize("command", [
    "CONFIG|GET|*", "CONFIG|SET|maxmemory|0", "SHUTDOWN|NOSAVE", "DEBUG|SLEEP|1", "ACL|LIST",
    "ACL|SETUSER|student|+@all", "FLUSHALL",
    "FLUSHDB", "SCRIPT|FLUSH", "SCRIPT|KILL", "FUNCTION|FLUSH", "MODULE|LIST", "SAVE", "BGSAVE", "KEYS|*",
    "INFO", "MONITOR", "CLIENT|LIST", "CLIENT|KILL|TYPE|normal", "CLIENT|PAUSE|1000", "REPLICAOF|127.0.0.1|1",
    "EVAL|return redis.call('FLUSHALL')|0", "SWAPDB|0|1",
])  # fmt: skip
def test_nothing_but_keys(case: Staged, command: str) -> None:
    """Settings, users, everybody's keys and connections are not for it, in a script neither."""
    assert tried(case, "keys", command) in ("NoPermissionError", "ResponseError")


def test_counted_server_by_server(case: Staged) -> None:
    """What its role does is counted for each PostgreSQL by its name."""
    with case.counting() as counted:
        tried(case, "other", "SELECT 1")
    assert (counted["main"]["statements"], counted["other"]["statements"]) == (0, 1)


def test_servers_that_go_and_come_back(case: Staged) -> None:
    """While a server is away it answers with an error; afterwards it is let in again, with what was stored."""
    tried(case, "keys", "SET|kept|yes")
    for name, what, before in [("other", "SELECT 1", "[(1,)]"), ("keys", "GET|kept", "b'yes'")]:
        with case.without(name):
            assert tried(case, name, what) in ("OperationalError", "ConnectionError")
        assert tried(case, name, what) == before


def test_a_redis_that_stands_still_is_trouble(case: Staged) -> None:
    """Whoever keeps Redis busy is told so, and the judge does not wait without end."""
    with pytest.raises(Trouble, match="does not answer"), case.redis("keys") as client, case.standing_still("keys"):
        client.ping()


def test_an_app_that_is_killed_is_started_again(case: Staged) -> None:
    """All its processes are gone at once, and the next request finds new ones."""
    case.kill_app()
    assert tried(case, "main", "SELECT 1") == "[(1,)]"


def test_a_pooler_is_passed_by() -> None:
    """Its name leads to the server behind it, whether it runs or not."""
    front = Need("nginx", "front", before=("web",))
    needs = (Need("postgres", "db1"), Need("pgbouncer", "pool", before=("db1",)), front)
    assert passing_by(needs, {"db1": "there"}) == {"db1": "there", "pool": "there"}
    assert passing_by(needs, {"db1": "there", "pool": "another role"})["pool"] == "there"
    assert passing_by(needs, {}) == {}
