"""The student's app: web processes that run the stage with the student's module in it, asked through a socket file."""

import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from minigram.addresses import VARIABLE, Addresses
from minigram.course.judge.door import Answer, Door, listening
from minigram.course.judge.evidence import Stopwatch, Transcript
from minigram.course.judge.exercises import Exercise
from minigram.course.judge.shut.limits import Side
from minigram.course.judge.shut.place import Place
from minigram.course.judge.shut.ways import Way
from minigram.course.judge.trouble import Trouble

WEB = 2
"""Web processes: what one of them keeps in its memory the other does not know. They stand for all that the stage has,
and no server stands in front of them."""
STARTING = 15.0
"""Seconds until the web processes have to answer."""
ALTOGETHER = 40.0
"""Seconds in which the app may be waited for, all requests together."""
STARTS = 8
"""Of the app: one that ends by itself again and again is not started for ever."""


class App:
    """Started when it is first asked, and again when it is asked after it has ended."""

    def __init__(
        self, exercise: Exercise, place: Place, way: Way, transcript: Transcript, addresses: Addresses,
        urls: Mapping[str, str],
    ) -> None:  # fmt: skip
        """`urls` are those of the servers, as the student's side sees them."""
        self.exercise, self.place, self.way, self.transcript = exercise, place, way, transcript
        self.addresses = replace(addresses, servers=dict(urls), processes={}, secret=secrets.token_hex(32))
        self.theirs = Stopwatch()
        self._web: Side | None = None
        self._door: Door | None = None
        self._number, self._ended, self._starting = 0, 0, threading.Lock()

    def start(self) -> None:
        """Start it anew, and return once it answers. Raises Trouble."""
        self._stop()
        self._number += 1
        addresses = self.place.servers / f"addresses{self._number}.json"
        replace(self.addresses, media=str(self.way.scratch(self.place) / "media")).save(addresses)
        self.place.give(addresses)
        argv = ["-m", "gunicorn", "--config", "python:minigram.web.gunicorn", "--workers", str(WEB), "--threads", "8"]
        environment, name = {VARIABLE: str(addresses)}, f"web{self._number}"
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
                raise Trouble("limit", self._web.why) if self._web.why else Trouble("ended", "", self.lines())
            if self._door.answers("/health"):
                return
            time.sleep(0.02)
        raise Trouble("hang", f"the app did not answer within {STARTING:g} s", self.lines())

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        """What it answers, whatever the status. Raises Trouble where no answer comes."""
        with self._starting:
            if self._web is None:
                self.start()
            elif not self._web.alive:
                self._ended += 1
                if self._ended >= STARTS:
                    raise Trouble("ended", f"the app was started {STARTS} times, and ended each time")
                self.start()
        web, door = self._web, self._door
        assert web is not None and door is not None
        try:
            if self.theirs.seconds > ALTOGETHER:
                raise Trouble("hang", f"all requests together took more than {ALTOGETHER:g} s")
            with self.theirs:
                answer = door.request(method, path, headers, body)
        except Trouble as trouble:
            self.transcript.note(f"{method} {path} → {trouble}")
            raise Trouble("limit", web.why) if web.why else trouble from None
        self.transcript.note(f"{method} {path} → {answer.status} {answer.text[:200]}")
        return answer

    def kill(self) -> None:
        """SIGKILL to all its processes, whatever they do; who waits for an answer gets none."""
        with self._starting:
            if self._web is not None:
                self._web.end()
                self._web = None

    def close(self) -> None:
        """End its processes."""
        self._stop()

    def lines(self) -> list[str]:
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

    def _stop(self) -> None:
        if self._door is not None:
            self._door.close()
            self._door = None
        if self._web is not None:
            self._web.end()
            self._web = None
