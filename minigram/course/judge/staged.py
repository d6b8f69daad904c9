"""A staged exercise: the chapter's stage runs with the student's module in it, on real servers, and is asked by HTTP.

The judge has the servers to itself: the student's side comes to them as a role that can read and write rows, and
nothing else (`admit.py`).
"""

import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random
from typing import Any, TypeVar

import psycopg

from minigram.addresses import VARIABLE
from minigram.course.judge.admit import Admitted, admit
from minigram.course.judge.called import Called
from minigram.course.judge.checks import Unclear
from minigram.course.judge.door import Answer, Door, listening
from minigram.course.judge.evidence import Evidence, Stopwatch, Transcript
from minigram.course.judge.exercises import Exercise
from minigram.course.judge.shut.limits import Side
from minigram.course.judge.shut.place import Place
from minigram.course.judge.shut.ways import Way
from minigram.course.judge.trouble import Trouble
from minigram.lab import LabError
from minigram.lab.counters import Counted, counting
from minigram.lab.running import Running

T = TypeVar("T")

WEB = 2
"""Web processes: what one of them keeps in its memory the other does not know."""
STARTING = 15.0
"""Seconds until the web processes have to answer."""
ALTOGETHER = 40.0
"""Seconds in which the app may be waited for, all requests together."""
STARTS = 8
"""Of the app: one that ends by itself again and again is not started for ever."""


@dataclass(frozen=True)
class Member:
    """Somebody who has signed up and is logged in."""

    id: int
    name: str
    token: str


class Staged:
    """What a check of a staged exercise is given: the running app, its servers, and the draw of workloads."""

    def __init__(
        self, exercise: Exercise, place: Place, way: Way, seed: int, transcript: Transcript, running: Running,
        evidence: Evidence,
    ) -> None:  # fmt: skip
        self.exercise, self.place, self.way, self.transcript = exercise, place, way, transcript
        self.random = Random(seed)
        self.running, self._evidence = running, evidence
        self.admitted: dict[str, Admitted] = {
            name: admit(server, place.servers, number)
            for number, (name, server) in enumerate(running.servers.items())
        }
        self._owner: psycopg.Connection[tuple[Any, ...]] | None = None
        base: Any = running.stage.__bases__[0]
        self.system: Any = base(running.addresses)
        """The chapter's own stage over the same servers, in the judge's process and under the owner's role."""
        self.theirs = Stopwatch()
        self._called = Called(exercise, place, way, seed, transcript)
        self._web: Side | None = None
        self._door: Door | None = None
        self._starts, self._starting = 0, threading.Lock()

    def load(self) -> None:
        """Import the student's file alone, then start the app with it. Raises Trouble."""
        try:
            self._called.load()
        finally:
            self._called.close()
        self._start()

    def people(self, count: int) -> list[Member]:
        """New people, logged in, who do not follow each other."""
        names = [f"u{secrets.token_hex(6)}" for _ in range(count)]
        rows = self.sql(
            "INSERT INTO people (name, email, password_hash) "
            "SELECT name, name || '@example.com', 'nobody can log in with this' FROM unnest(%s::text[]) AS name "
            "RETURNING id, name",
            names,
        )
        return [Member(id, name, self.system.sessions.start(id)) for id, name in rows]

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement as the owner of the tables, which is not counted; its rows."""
        try:
            if self._owner is None:
                url = self.running.addresses.servers["main"]
                self._owner = psycopg.connect(url, autocommit=True, connect_timeout=5)
                self._owner.execute("SET lock_timeout = '10s'")
            cursor = self._owner.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []
        except psycopg.errors.LockNotAvailable:
            raise Trouble("hang", "a lock that the app holds kept everybody else from a table for 10 s") from None
        except psycopg.OperationalError as error:
            raise LabError(f"PostgreSQL does not answer the judge: {error}") from error

    def request(self, method: str, path: str, who: Member | None = None, body: Any = None) -> Answer:
        """What the student's app answers. Raises Trouble where it does not, or answers with 500 or above."""
        answer = self.try_request(method, path, who, body)
        if answer.status >= 500:
            raise Trouble("error", f"{method} {path} was answered with {answer.status}", self._their_lines())
        return answer

    def try_request(self, method: str, path: str, who: Member | None = None, body: Any = None) -> Answer:
        """The same, and any status will do, as when a server is down. Raises Trouble where no answer comes."""
        with self._starting:
            if self._web is None or not self._web.alive:
                if self._starts > STARTS:
                    raise Trouble("ended", f"the app was started {STARTS} times, and ended each time")
                self._start()
        assert self._door is not None
        try:
            if self.theirs.seconds > ALTOGETHER:
                raise Trouble("hang", f"all requests together took more than {ALTOGETHER:g} s")
            with self.theirs:
                answer = self._door.request(method, path, who.token if who else None, body)
        except Trouble as trouble:
            self.transcript.note(f"{method} {path} → {trouble}")
            web = self._web
            raise Trouble("limit", web.why) if web is not None and web.why else trouble from None
        self.transcript.note(f"{method} {path} → {answer.status} {answer.text[:200]}")
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

    def kill_database(self, name: str = "main") -> None:
        """SIGKILL to a PostgreSQL in the middle of whatever it does; it answers again when this returns."""
        server = self.running.servers[name]
        server.kill()
        server.start()
        self._let_go()

    def close(self) -> None:
        """End the student's processes, and what leads to the servers."""
        self._called.close()
        self._stop()
        self._let_go()
        for admitted in self.admitted.values():
            admitted.relay.close()

    def _let_go(self) -> None:
        """Of our own connections, which may be dead; new ones are made when they are needed."""
        if self._owner is not None:
            self._owner.close()
            self._owner = None
        self.system.close()

    def _start(self) -> None:
        self._stop()
        self._starts += 1
        addresses = self.place.servers / f"addresses{self._starts}.json"
        replace(
            self.running.addresses,
            servers={name: admitted.url for name, admitted in self.admitted.items()},
            processes={},
            media=str(self.way.scratch(self.place) / "media"),
            secret=secrets.token_hex(32),
        ).save(addresses)
        self.place.give(addresses)
        argv = ["-m", "gunicorn", "--config", "python:minigram.web.gunicorn", "--workers", str(WEB), "--threads", "8"]
        environment, name = {VARIABLE: str(addresses)}, f"web{self._starts}"
        if self.way.hands:
            path = self.place.run / f"{name}.sock"
            with listening(path) as handed:
                argv += ["--bind", f"fd://{handed.fileno()}", "minigram.web.wsgi:app"]
                self._web = self.way.side(name, argv, self.place, environment, [handed.fileno()])
                self._web.start()
        else:
            path = self.place.doors / f"{name}.sock"
            argv += ["--bind", f"unix:{path}", "minigram.web.wsgi:app"]
            self._web = self.way.side(name, argv, self.place, environment)
            self._web.start()
        self._door = Door(path)
        end = time.monotonic() + STARTING
        while time.monotonic() < end:
            if not self._web.alive:
                raise Trouble("limit", self._web.why) if self._web.why else Trouble("ended", "", self._their_lines())
            if self._door.answers("/health"):
                return
            time.sleep(0.02)
        raise Trouble("hang", f"the app did not answer within {STARTING:g} s", self._their_lines())

    def _stop(self) -> None:
        if self._door is not None:
            self._door.close()
        if self._web is not None:
            self._web.end()
            self._web = None

    def _their_lines(self) -> list[str]:
        """The student's own lines of the last traceback in the app's log, and what was raised."""
        if self._web is None:
            return []
        last = self._web.program.tail(200).rpartition("Traceback (most recent call last)")[2].splitlines()
        name, found = re.escape(self.exercise.seam), []
        for at, line in enumerate(last):
            if match := re.search(rf'{self.exercise.name}/{name}", line (\d+), in (\w+)', line):
                found.append(f"line {match[1]}, in {match[2]}: {last[at + 1].strip() if at + 1 < len(last) else ''}")
        raised = [at for at, line in enumerate(last) if re.match(r"[A-Za-z_][\w.]*(: |$)", line)][:1]
        says = [line for at in raised for line in last[at : at + 3] if line.strip()]  # PostgreSQL points at the place
        return [line[:300] for line in [*found[-4:], *says]]
