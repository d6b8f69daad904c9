"""PostgreSQL, whoever runs it: the app's rights, durability, and that nobody else can reach it."""

import socket
from contextlib import suppress

import psutil
import psycopg
import pytest
from psycopg import errors

from minigram.lab import LabError
from minigram.lab.running import Running, running
from minigram.lab.servers import ports, server

from .living import living
from .small import Broken, Notes, Twice


def one(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row and len(row) == 1 else row


def test_the_app_finds_its_tables_and_owns_them(notes: Running) -> None:
    """The setup has run once, as the app's own role, in the app's own database."""
    owner = "SELECT tableowner, current_database() FROM pg_tables WHERE tablename = 'note'"
    assert one(notes.addresses.servers["main"], owner) == ("minigram", "minigram")


def test_the_app_is_no_superuser(notes: Running) -> None:
    """It can neither make databases and roles, nor reset the statistics that judge it."""
    url = notes.servers["main"].url
    rights = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert one(url, rights) == (False, False, False)
    with pytest.raises(errors.InsufficientPrivilege):
        one(url, "SELECT pg_stat_statements_reset()")


def test_the_lab_is_superuser_and_statistics_begin_empty(notes: Running) -> None:
    """Counters are complete, room for them is ample, and no statement of the setup is among them."""
    admin = notes.servers["main"].admin_url
    assert one(admin, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is True
    assert one(admin, "SELECT count(*) FROM pg_stat_statements WHERE query ILIKE 'create%'") == 0
    assert one(admin, "SELECT current_setting('pg_stat_statements.max')::int >= 10000") is True


def test_durability_is_on(notes: Running) -> None:
    """A commit is on the disk before it is acknowledged."""
    settings = "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
    assert one(notes.servers["main"].admin_url, settings) == ("on", "on")


def test_passwords_are_this_runs_own_and_needed(notes: Running) -> None:
    """Without the password nobody gets in, not even from this machine."""
    main = notes.servers["main"]
    for url in (main.url, main.admin_url):
        password = url.split(":")[2].split("@")[0]
        assert len(password) == 32
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(password, "0" * 32))


def test_only_this_machine_reaches_it(notes: Running) -> None:
    """It listens on 127.0.0.1 and on no other address of this machine."""
    main = notes.servers["main"]
    listening = [found.laddr for found in psutil.net_connections("tcp") if found.status == psutil.CONN_LISTEN]
    assert [host for host, port in filter(None, listening) if port == main.port] == ["127.0.0.1"]


def test_its_processes_are_known_and_run_without_rights(notes: Running) -> None:
    """Each process of the server is listed for its CPU time, and none of them is root's."""
    found = []
    for process in living(notes.servers["main"].pids()):
        with suppress(psutil.NoSuchProcess):
            found.append((" ".join(process.cmdline()), process.uids().effective))
    assert any("checkpointer" in command for command, _ in found)
    assert all(user != 0 for _, user in found)


def test_a_killed_server_comes_back_with_what_was_committed(notes: Running) -> None:
    """After SIGKILL nothing answers; started again, it has the same address and every acknowledged row."""
    main = notes.servers["main"]
    url = main.url
    one(url, "INSERT INTO note VALUES (1, 'kept') RETURNING id")
    main.kill()
    assert not main.alive and main.pids() == []
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
    main.start()
    assert main.url == url
    assert one(url, "SELECT body FROM note WHERE id = 1") == "kept"


def test_a_server_that_was_stopped_or_restarted_keeps_its_rows(notes: Running) -> None:
    """Stopping is orderly, and restarting is stopping and starting."""
    main = notes.servers["main"]
    one(main.url, "INSERT INTO note VALUES (2, 'still') RETURNING id")
    main.stop()
    assert not main.alive
    main.restart()
    main.restart()
    assert one(main.url, "SELECT body FROM note WHERE id = 2") == "still"


def test_servers_start_side_by_side_each_with_its_own_setup(provider: str) -> None:
    """Two servers of one stage have two addresses and two schemas, and a stage says who runs them."""
    with running(Twice) as both:
        assert both.provider == provider
        assert [server.name for server in both.servers.values()] == ["main", "other"]
        assert one(both.addresses.servers["main"], "SELECT to_regclass('other')") is None
        assert one(both.addresses.servers["other"], "SELECT to_regclass('other')") == "other"


def test_a_server_that_cannot_start_says_why(provider: str) -> None:
    """The error names the server and shows the end of its log."""
    with pytest.raises(LabError, match=r"(?s)postgres 'main' ended.*max_connections.*none"), running(Broken):
        pass


def test_a_port_that_somebody_took_meanwhile_is_given_up(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose port was taken after it was chosen starts on another one."""
    with socket.socket() as thief:
        thief.bind((ports.HOST, 0))
        stolen = thief.getsockname()[1]
        choices = iter([stolen, *ports.free_ports(3)])
        monkeypatch.setattr(server, "free_ports", lambda count: [next(choices) for _ in range(count)])
        with running(Notes) as found:
            assert found.servers["main"].port != stolen
            assert one(found.addresses.servers["main"], "SELECT 1") == 1
