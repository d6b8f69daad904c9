"""Two real PostgreSQLs that both take writes are found, whatever each of them says of itself."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from minigram.lab.history import History, one_primary
from minigram.lab.history.primaries import Probe, Watch
from minigram.lab.running import Running, running
from minigram.lab.servers import Server
from tests.behaviour.waiting import eventually
from tests.servers.small import Twice


@pytest.fixture(scope="module")
def two() -> Iterator[Running]:
    """Two PostgreSQLs that know nothing of each other."""
    with running(Twice, processes=False) as run:
        yield run


def writes(server: Server) -> Probe:
    """Whether the server takes a write, and on which timeline: the first eight digits of a WAL file's name."""

    def probe() -> int:
        with psycopg.connect(server.admin_url, connect_timeout=2) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS probed (at timestamptz)")
            connection.execute("INSERT INTO probed VALUES (now())")
            name = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
        assert name is not None
        return int(name[0][:8], 16)

    return probe


def test_two_primaries_are_found(two: Running) -> None:
    """Both take writes as nodes of one group: the shortest history is a write on each, on the same timeline."""
    watch = Watch({("main", name): writes(server) for name, server in two.servers.items()})
    watch.begin(time.monotonic())
    eventually("both have taken writes", lambda: {seen.node for seen in watch.observations} == {"main", "other"}, 20)
    watch.end()
    violation = one_primary(History((), tuple(watch.observations)))
    assert violation is not None and len(violation.history) == 2
    first, second, *more = (line.split("s  ")[1] for line in str(violation).splitlines()[1:])
    assert {first, second} == {f"main: {name} takes a write on timeline 1" for name in two.servers} and not more


def test_one_that_is_killed_and_comes_back_stays_one(two: Running) -> None:
    """While it is down nobody takes writes; what refuses is no primary, and neither is who only reads."""
    main, other = two.servers["main"], two.servers["other"]
    with psycopg.connect(other.admin_url, autocommit=True) as connection:
        connection.execute("ALTER DATABASE minigram SET default_transaction_read_only = on")
    watch = Watch({("main", name): writes(server) for name, server in two.servers.items()})
    watch.begin(time.monotonic())
    eventually("it takes writes", lambda: len(watch.observations) > 1, 20)
    main.kill()
    before = len(watch.observations)
    main.start()
    eventually("it takes writes again", lambda: len(watch.observations) > before, 20)
    watch.end()
    assert {seen.node for seen in watch.observations} == {"main"}
    assert one_primary(History((), tuple(watch.observations))) is None
