"""Requests that a web server has begun when it dies: what nginx does with them, and whether they were done.

A commit takes PostgreSQL a millisecond, and hardly anybody dies just then. So the lab holds all commits up: PostgreSQL
is told to wait for a standby that does not exist. By then a commit is on the disk, but not yet acknowledged. Who only
looks is held up by a lock on what they look at.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import select

from minigram.lab import LabError
from minigram.lab.experiments.asking import ask
from minigram.lab.experiments.crowd import system_of
from minigram.lab.experiments.one_dies import in_turn
from minigram.lab.load import Known
from minigram.lab.running import Running
from minigram.lab.waiting import until
from minigram.social.tables import comments

POSTS, PUTS, GETS = 9, 6, 9
"""Comments and likes in flight, and then looks: some with each web server, and fewer than the pool has connections."""


@dataclass(frozen=True)
class InFlight:
    """What became of each kind: its answers, by status; for comments, how often each is there, text by text."""

    posts: Sequence[int]
    puts: Sequence[int]
    there: Sequence[int]

    @property
    def posts_failed(self) -> int:
        return sum(status != 201 for status in self.posts)

    @property
    def puts_failed(self) -> int:
        return sum(status != 204 for status in self.puts)

    @property
    def failed_but_done(self) -> int:
        """Comments whose senders were told of a failure, and that are there."""
        return sum(status != 201 and times > 0 for status, times in zip(self.posts, self.there, strict=True))

    @property
    def done_twice(self) -> int:
        return sum(times > 1 for times in self.there)


def in_flight(run: Running, known: Known, victim: str, server: str = "main") -> InFlight:
    """Kill a web server while all web servers wait for PostgreSQL to acknowledge comments and likes."""
    in_turn(run)
    tokens, photo = list(known.tokens.values()), known.photos[0]
    texts = [f"In flight {secrets.token_hex(8)}" for _ in range(POSTS)]
    liked = known.photos[-PUTS:]
    for id in liked:  # a like that is there already is nothing to commit
        ask("DELETE", f"{run.url}/api/photos/{id}/like", tokens[1])
    process = run.processes[victim]
    with ThreadPoolExecutor(POSTS + PUTS) as senders:
        with commits_held(run.servers[server].admin_url) as held:
            posts = [senders.submit(_comment, run.url, tokens[0], photo, text) for text in texts]
            _until_held(held, POSTS, posts)
            puts = [senders.submit(_like, run.url, tokens[1], id) for id in liked]
            _until_held(held, POSTS + PUTS, puts)
            process.kill()
        answers = [one.result() for one in posts], [one.result() for one in puts]
    process.start()
    home = system_of(run).databases.of(int(photo))
    rows = home.read(select(comments.c.text).where(comments.c.photo_id == int(photo)))
    said = [row.text for row in rows]
    return InFlight(*answers, [said.count(text) for text in texts])


def looks_in_flight(run: Running, known: Known, victim: str, server: str = "main") -> Sequence[int]:
    """Kill a web server while all web servers wait for PostgreSQL to show a photo: what each look was answered."""
    in_turn(run)
    url, process = f"{run.url}/api/photos/{known.photos[0]}", run.processes[victim]
    token = next(iter(known.tokens.values()))
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'photos'::regclass"
    with ThreadPoolExecutor(GETS) as people, psycopg.connect(run.servers[server].admin_url) as operator:
        operator.execute("LOCK TABLE photos IN ACCESS EXCLUSIVE MODE")
        looks = [people.submit(ask, "GET", url, token) for _ in range(GETS)]
        until(lambda: operator.execute(waiting).fetchall()[0][0] >= GETS, within=4)
        process.kill()
        operator.rollback()
        answers = [look.result().status for look in looks]
    process.start()
    return answers


@contextmanager
def commits_held(admin_url: str) -> Iterator[Callable[[], int]]:
    """No commit is acknowledged during the block; yields a function that tells how many wait."""
    with (
        psycopg.connect(admin_url, autocommit=True) as operator,
        closing(psycopg.connect(admin_url, autocommit=True)) as probe,
    ):

        def held() -> int:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND pid <> %s"
            return int(operator.execute(waiting, [probe.info.backend_pid]).fetchall()[0][0])

        try:
            operator.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            operator.execute("SELECT pg_reload_conf()")
            _close(operator, probe)
            yield held
        finally:
            operator.execute("ALTER SYSTEM RESET synchronous_standby_names")
            operator.execute("SELECT pg_reload_conf()")


def _close(operator: "psycopg.Connection[tuple[object, ...]]", probe: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Commit with the probe until one of its commits waits: from then on all do."""
    mine = "SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = %s"
    end = time.monotonic() + 10
    while time.monotonic() < end:
        probe.pgconn.send_query(b"SELECT pg_logical_emit_message(true, 'probe', '')")
        while probe.pgconn.is_busy():
            if operator.execute(mine, [probe.info.backend_pid]).fetchall() == [(True,)]:
                return
            probe.pgconn.consume_input()
        while probe.pgconn.get_result() is not None:
            pass
    raise LabError("PostgreSQL did not hold its commits up within 10 s of being told to.")


def _until_held(held: Callable[[], int], wanted: int, sent: Sequence["Future[int]"]) -> None:
    """Wait until so many commits wait. Where one never comes to it, the answers will tell why."""
    until(lambda: held() >= wanted or all(one.done() for one in sent), within=20)


def _comment(url: str, token: str, photo: int | str, text: str) -> int:
    body = json.dumps({"text": text}).encode()
    return ask("POST", f"{url}/api/photos/{photo}/comments", token, body).status


def _like(url: str, token: str, photo: int | str) -> int:
    return ask("PUT", f"{url}/api/photos/{photo}/like", token).status
