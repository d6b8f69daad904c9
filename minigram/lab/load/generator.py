"""The load generator: makes people come, waits for their answers, and writes down what became of each.

Open loop: every arrival is acted upon at its own time, whatever became of those before; its latency counts
from the time at which it was to come, so a stall counts against everybody who would have come during it.
Whoever finds all connections busy waits in line, as in a server's accept queue. Closed loop: everybody
waits for the answer.
"""

import asyncio
import dataclasses
import json
import random
from collections import deque
from collections.abc import Iterator

from minigram.lab.load import arrivals
from minigram.lab.load.http import Connection
from minigram.lab.load.mix import Request
from minigram.lab.load.plan import Plan

IDLE = 1.0  # seconds; gunicorn hangs up on the idle after 2, and a request sent just then would be lost
TICK = 0.005  # seconds between the looks at the clock by which a closed loop knows its own lag
BATCH = 32  # arrivals acted upon before answers are read again
GRACE = 1.0  # seconds after the end in which late arrivals are still sent
PAUSE = 0.05  # seconds that somebody in a closed loop waits after an error


@dataclasses.dataclass(eq=False, slots=True)
class Exchange:
    """A request on its way: when it was to be sent, and the connection that carries it."""

    due: float
    action: str
    request: Request
    sent: float = 0.0
    connection: Connection | None = None
    opening: asyncio.Task[None] | None = None


class Generator:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.loop = asyncio.get_running_loop()
        self.random = random.Random(plan.seed)
        self.actions = plan.mix.actions()
        self.names, self.weights = list(plan.mix.weights), list(plan.mix.weights.values())
        self.opening: set[asyncio.Task[None]] = set()
        self.connections: set[Connection] = set()
        self.idle: list[tuple[float, Connection]] = []  # last in, first out: the others grow old and are closed
        self.carries: dict[Connection, Exchange] = {}
        self.line: deque[Exchange] = deque()
        self.flying: dict[Exchange, None] = {}  # in the order of their times
        self.arriving, self.unsent = True, 0
        self.lags: list[float] = []
        self.rows: list[tuple[float, float, str, str]] = []
        self.writes: list[dict[str, object]] = []

    async def run(self, start: float) -> None:
        """Everything, bounded: the plan's seconds, a grace and the patience of the last to come."""
        self.start, self.over = start, asyncio.Event()
        self.end = start + self.plan.seconds
        rate, seconds = self.plan.rate, self.plan.seconds
        if rate is None:
            times = arrivals.even(1 / TICK, seconds)
            for _ in range(self.plan.connections):
                self.loop.call_at(start, self.next_in_closed_loop)
        elif self.plan.spacing == "even":
            times = arrivals.even(rate, seconds)
        else:
            times = arrivals.poisson(rate, seconds, random.Random(f"arrivals {self.plan.seed}"))
        self.loop.call_at(start, self.arrive, times, next(times, None))
        self.loop.call_at(start, self.give_up)
        await self.over.wait()

    def arrive(self, times: Iterator[float], moment: float | None) -> None:
        for _ in range(BATCH):
            if moment is None:
                self.arriving = False
                return
            now, due = self.loop.time(), self.start + moment
            if due > now:
                self.loop.call_at(due, self.arrive, times, moment)
                return
            if now > self.end + GRACE:
                self.arriving, self.unsent = False, 1 + sum(1 for _ in times)
                return
            if self.plan.rate is not None:
                self.begin(due)
                now = self.loop.time()
            self.lags.append(now - due)
            moment = next(times, None)
        self.loop.call_soon(self.arrive, times, moment)

    def next_in_closed_loop(self) -> None:
        if (now := self.loop.time()) < self.end:
            self.begin(now)

    def begin(self, due: float) -> None:
        action = self.random.choices(self.names, self.weights)[0]
        exchange = Exchange(due, action, self.actions[action](self.plan.known, self.random))
        self.flying[exchange] = None
        self.line.append(exchange)
        self.serve_line()

    def serve_line(self) -> None:
        while self.line:
            if self.idle:
                since, connection = self.idle.pop()
                if self.loop.time() - since > IDLE:
                    connection.close()
                    continue
                self.send(self.line.popleft(), connection)
            elif len(self.connections) + len(self.opening) < self.plan.connections:
                exchange = self.line.popleft()
                exchange.opening = self.loop.create_task(self.connect(exchange))
                self.opening.add(exchange.opening)
            else:
                return

    async def connect(self, exchange: Exchange) -> None:
        try:
            _, connection = await self.loop.create_connection(
                lambda: Connection(self.answered, self.lost), *self.plan.address
            )
        except OSError as error:
            self.done(exchange, "refused" if isinstance(error, ConnectionRefusedError) else type(error).__name__)
        else:
            self.connections.add(connection)
            self.send(exchange, connection)
        finally:
            assert exchange.opening is not None
            self.opening.discard(exchange.opening)
            self.serve_line()

    def send(self, exchange: Exchange, connection: Connection) -> None:
        exchange.connection, exchange.sent = connection, self.loop.time()
        self.carries[connection] = exchange
        connection.send(exchange.request)

    def answered(self, connection: Connection, status: int, body: bytes) -> None:
        exchange = self.carries.pop(connection, None)
        if exchange is None:
            connection.close()  # it spoke without having been asked
            return
        if connection.reusable:
            self.idle.append((self.loop.time(), connection))
        else:
            connection.close()
        self.done(exchange, "ok" if status < 400 else str(status), body)
        self.serve_line()

    def lost(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self.idle = [(since, other) for since, other in self.idle if other is not connection]
        exchange = self.carries.pop(connection, None)
        if exchange is not None:
            self.done(exchange, "reset")
        self.serve_line()

    def done(self, exchange: Exchange, outcome: str, body: bytes = b"") -> None:
        if self.flying.pop(exchange, 0) is not None:
            return  # already given up
        now = self.loop.time()
        self.rows.append((exchange.due - self.start, now - exchange.due, exchange.action, outcome))
        if exchange.request.method not in ("GET", "HEAD") and exchange.sent:
            self.writes.append(self.write(exchange, outcome, body, now))
        if self.plan.rate is None and outcome == "ok":
            self.next_in_closed_loop()
        elif self.plan.rate is None:
            self.loop.call_later(PAUSE, self.next_in_closed_loop)

    def write(self, exchange: Exchange, outcome: str, body: bytes, now: float) -> dict[str, object]:
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        return {
            "action": exchange.action,
            "method": exchange.request.method,
            "path": exchange.request.path,
            "person": exchange.request.person,
            "sent": exchange.sent - self.start,
            "answered": now - self.start,
            "outcome": outcome,
            "id": answer.get("id") if isinstance(answer, dict) else None,
        }

    def give_up(self) -> None:
        """Everybody whose patience is over goes away, and their connection; ends the run after the last."""
        now = self.loop.time()
        while self.flying and now - (exchange := next(iter(self.flying))).due > self.plan.patience:
            if exchange.connection is not None:
                self.carries.pop(exchange.connection, None)
                exchange.connection.close()
            elif exchange.opening is not None:
                exchange.opening.cancel()
            else:
                self.line.remove(exchange)
            self.done(exchange, "timeout")
        if now > self.end and not self.flying and not self.arriving:
            self.over.set()
        else:
            self.loop.call_later(0.01, self.give_up)
