"""A staged exercise: the chapter's stage runs with the student's module in it, on real servers, and is asked by HTTP.

The judge has the servers to itself: the student's side comes to them in a role that can read and write data, and
nothing else (`admit/`).
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from typing import Any, TypeVar

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import insert

from minigram.course.judge.admit import Admitted, admit_all, passing_by
from minigram.course.judge.admit.postgres import LOCKED
from minigram.course.judge.app import App
from minigram.course.judge.called import Called
from minigram.course.judge.checks import Unclear
from minigram.course.judge.door import Answer
from minigram.course.judge.evidence import Evidence, Stopwatch, Transcript
from minigram.course.judge.exercises import Exercise
from minigram.course.judge.shut.place import Place
from minigram.course.judge.shut.ways import Way
from minigram.course.judge.trouble import Trouble
from minigram.databases import Unavailable
from minigram.lab import LabError
from minigram.lab.counters import Counted, counting
from minigram.lab.running import Running
from minigram.social.tables import people

T = TypeVar("T")

HELD = f"a lock that the app holds kept everybody else from a table for {LOCKED} s"


@dataclass(frozen=True)
class Member:
    """Somebody who has signed up and is logged in."""

    id: int
    name: str
    token: str


class Staged:
    """What a check of a staged exercise is given: the running app, its servers, and the draw of workloads.

    Where a server has to be told, it is told by its name in the stage's needs; `main` is the first PostgreSQL.
    """

    def __init__(
        self, exercise: Exercise, place: Place, way: Way, seed: int, transcript: Transcript, running: Running,
        evidence: Evidence,
    ) -> None:  # fmt: skip
        self.place, self.transcript = place, transcript
        self.random = Random(seed)
        self.running, self._evidence = running, evidence
        self.admitted: dict[str, Admitted] = admit_all(running.servers, place.servers)
        self._owners: dict[str, psycopg.Connection[tuple[Any, ...]]] = {}
        base: Any = running.stage.__bases__[0]
        needs = (*running.stage.needs(), *base.needs())
        owners = passing_by(needs, running.addresses.servers)
        self.system: Any = base(replace(running.addresses, servers=owners))
        """The chapter's own stage over the same servers, in the judge's process and under the owner's role."""
        self._called = Called(exercise, place, way, seed, transcript)
        theirs = passing_by(needs, {name: admitted.url for name, admitted in self.admitted.items()})
        self._app = App(exercise, place, way, transcript, running.addresses, theirs)
        self.raised: list[str] = []
        """Of the first answer with 500 since this was cleared: the student's own lines, and the error."""

    @property
    def theirs(self) -> Stopwatch:
        """What was waited for the app."""
        return self._app.theirs

    def load(self) -> None:
        """Import the student's file alone, then start the app with it. Raises Trouble."""
        try:
            self._called.load()
        finally:
            self._called.close()
        self._app.start()

    def people(self, count: int) -> list[Member]:
        """New people, logged in, who do not follow each other; each at a home that the stage has drawn."""
        found = []
        for _ in range(count):
            name = f"u{secrets.token_hex(6)}"
            who = {"name": name, "email": f"{name}@example.com", "password_hash": "nobody can log in with this"}
            try:
                with self.system.databases.draw().begin() as tx:
                    id = tx.execute(insert(people).values(who).returning(people.c.id))[0].id
            except Unavailable as error:
                if not isinstance(getattr(error.__cause__, "orig", None), psycopg.errors.LockNotAvailable):
                    raise  # that is no fault of the student's
                raise Trouble("hang", HELD) from None
            found.append(Member(id, name, self.system.sessions.start(id)))
        return found

    def sql(self, statement: str, *parameters: Any, server: str = "main") -> list[tuple[Any, ...]]:
        """Run a statement as the owner of the tables, which is not counted; its rows."""
        try:
            if server not in self._owners:
                url = self.running.servers[server].url
                self._owners[server] = psycopg.connect(url, autocommit=True, connect_timeout=5)
            cursor = self._owners[server].execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []
        except psycopg.errors.LockNotAvailable:
            raise Trouble("hang", HELD) from None
        except psycopg.OperationalError as error:
            raise LabError(f"PostgreSQL '{server}' does not answer the judge: {error}") from error

    @contextmanager
    def redis(self, server: str) -> "Iterator[redis.Redis]":
        """A Redis, with every right. Where it does not answer, because of what the app does in it, that is Trouble."""
        url, never = self.running.servers[server].admin_url, Retry(NoBackoff(), 0)
        with redis.Redis.from_url(url, socket_timeout=5, retry=never) as client:
            try:
                yield client
            except redis.RedisError as error:
                raise Trouble("hang", f"the Redis '{server}' does not answer anybody else: {error}") from None

    def request(
        self, method: str, path: str, who: Member | None = None, body: Any = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:  # fmt: skip
        """What the student's app answers. Raises Trouble where it does not, or answers with 500 or above."""
        answer = self.try_request(method, path, who, body, headers)
        if answer.status >= 500:
            raise Trouble("error", f"{method} {path} was answered with {answer.status}", self._app.lines())
        return answer

    def try_request(
        self, method: str, path: str, who: Member | None = None, body: Any = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:  # fmt: skip
        """The same, and any status will do, as when a server is down. Raises Trouble where no answer comes."""
        token = {"Authorization": f"Bearer {who.token}"} if who else {}
        answer = self._app.ask(method, path, {**token, **headers}, body)
        if answer.status == 500 and not self.raised:
            self.raised = self._app.lines()
        return answer

    @contextmanager
    def counting(self) -> Iterator[Counted]:
        """What the student's role makes the servers do during the block. Raises Unclear where they cannot tell."""
        with counting(self.admitted) as counted:
            yield counted
        if counted.doubts:
            raise Unclear("; ".join(counted.doubts))
        raw = {name: {"before": before, "after": after} for name, (before, after) in counted.raw.items()}
        self._evidence.counters.append(raw)

    def at_once(self, deeds: Sequence[Callable[[], T]], threads: int = 16) -> list[T]:
        """Do all of them, so many at a time; what each returned. The first Trouble is raised when all have ended."""
        with ThreadPoolExecutor(threads) as pool:
            return [future.result() for future in [pool.submit(deed) for deed in deeds]]

    def kill_app(self) -> None:
        """SIGKILL to all web processes in the middle of whatever they do; who asks next starts them again."""
        self._app.kill()

    def kill_database(self, name: str = "main") -> None:
        """SIGKILL to a PostgreSQL in the middle of whatever it does; it answers again when this returns."""
        with self.without(name):
            pass

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """A server is killed when the block begins, and answers again after it, with what it stored."""
        server = self.running.servers[name]
        server.kill()
        try:
            yield
        finally:
            server.start()
            self.admitted[name].let_in()
            self._let_go()

    @contextmanager
    def standing_still(self, name: str) -> Iterator[None]:
        """A server answers nobody during the block, and hangs up on nobody."""
        server = self.running.servers[name]
        server.pause()
        try:
            yield
        finally:
            server.resume()

    def close(self) -> None:
        """End the student's processes, and what leads to the servers."""
        self._called.close()
        self._app.close()
        self._let_go()
        for admitted in self.admitted.values():
            admitted.relay.close()

    def _let_go(self) -> None:
        """Of our own connections, which may be dead; new ones are made when they are needed."""
        for owner in self._owners.values():
            owner.close()
        self._owners.clear()
        self.system.close()
