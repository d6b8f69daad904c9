"""What the servers counted is what was sent, no more and no less."""

from collections.abc import Iterator

import psycopg
import pytest

from minigram.lab.counters import counting
from minigram.lab.running import Running, running

from .bare import Forgetful


@pytest.fixture
def app(bench: Running) -> Iterator[psycopg.Connection[tuple[int]]]:
    """A connection in the app's role to a table of 1,000 rows."""
    with psycopg.connect(bench.servers["main"].url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS counted")
        connection.execute("CREATE TABLE counted AS SELECT n FROM generate_series(1, 1000) AS s(n)")
        yield connection


def test_statements_and_rows_are_counted_exactly(bench: Running, app: psycopg.Connection[tuple[int]]) -> None:
    """Seven reads of three rows and one write of two are eight statements and 23 rows; buffers are told."""
    with counting(bench.servers) as counted:
        for _ in range(7):
            app.execute("SELECT n FROM counted WHERE n <= 3").fetchall()
        app.execute("UPDATE counted SET n = n WHERE n > 998")
    assert not counted.doubts
    assert counted["main"]["statements"] == counted.sum("statements") == 8
    assert counted["main"]["rows"] == 23
    assert counted["main"]["control"] == 0
    assert counted["main"]["buffers"] >= 8 * 4  # 1,000 rows are at least four pages, and nothing has an index


def test_a_transaction_is_told_apart_from_its_statements(bench: Running, app: psycopg.Connection[tuple[int]]) -> None:
    """BEGIN, SET and COMMIT are round trips and no statements."""
    with counting(bench.servers) as counted, app.transaction():
        app.execute("SET LOCAL work_mem = '1MB'")
        app.execute("SELECT 1")
        app.execute("/* a comment */ SELECT 2")
    assert counted["main"] | {"buffers": 0} == {"statements": 2, "control": 3, "rows": 2, "buffers": 0}


def test_a_block_is_one_statement_and_its_buffers_are_told(bench: Running, app: psycopg.Connection[tuple[int]]) -> None:
    """A DO block hides its statements, not the pages that they looked at."""
    with counting(bench.servers) as counted:
        app.execute("DO $$ BEGIN FOR i IN 1..100 LOOP PERFORM count(*) FROM counted; END LOOP; END $$")
    assert counted["main"]["statements"] == 1
    assert counted["main"]["buffers"] >= 100 * 4


def test_the_lab_is_not_counted(bench: Running) -> None:
    """What the superuser does is nobody's page view."""
    with counting(bench.servers) as counted, psycopg.connect(bench.servers["main"].admin_url) as admin:
        admin.execute("SELECT 1")
    assert set(counted["main"].values()) == {0}


def test_counts_that_began_anew_are_unknown(bench: Running) -> None:
    """After a reset or a crash of the server there is no difference to be told."""
    main = bench.servers["main"]
    with counting(bench.servers) as counted, psycopg.connect(main.admin_url) as admin:
        admin.execute("SELECT pg_stat_statements_reset()")
    assert any("anew" in doubt for doubt in counted.doubts)
    with counting(bench.servers) as counted:
        main.kill()
        main.start()
    assert any("anew" in doubt for doubt in counted.doubts)
    with counting(bench.servers) as counted:
        main.kill()
    main.start()
    assert any("did not tell" in doubt for doubt in counted.doubts)


def test_a_server_that_does_not_count_everything_is_unknown() -> None:
    """A server that had to forget statements, or was told to leave some out, says so."""
    with running(Forgetful) as bench:
        url = bench.servers["main"].url
        with counting(bench.servers) as counted, psycopg.connect(url) as app:
            for columns in range(1, 200):
                app.execute(b"SELECT " + b", ".join([b"1"] * columns))
    assert any("forgotten" in doubt for doubt in counted.doubts)
    assert any("track_utility" in doubt for doubt in counted.doubts)


def test_a_kind_without_counters_is_left_out() -> None:
    """A server that nobody has taught the lab to count does not stand in the way of the others."""
    with counting({"mute": _Mute()}) as counted:
        pass
    assert counted.by_server == {}
    assert not counted.doubts


class _Mute:
    kind, name, url, admin_url = "mute", "mute", "", ""
