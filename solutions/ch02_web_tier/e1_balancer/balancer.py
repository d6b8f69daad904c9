"""What a load balancer decides."""

from dataclasses import dataclass, field

Event = tuple[int, str, int, str]
"""When, in milliseconds; "begin" or "end"; the number of the request; its method, or how the attempt ended."""

IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"}


@dataclass
class Server:
    """`failures` in a row, the last of them at `failed`."""

    name: str
    in_flight: int = 0
    failures: int = 0
    failed: int = 0

    def takes(self, now: int, fails: int, rest: int) -> bool:
        """Whether it is in; or has rested, and nobody else is trying it."""
        return self.failures < fails or (now >= self.failed + rest and self.in_flight == 0)

    def ended(self, now: int, outcome: str) -> None:
        self.in_flight -= 1
        if outcome == "ok":
            self.failures = 0
        else:
            self.failures, self.failed = self.failures + 1, now


@dataclass
class Request:
    """`tried` are the servers that it was sent to, in this order."""

    method: str
    tried: list[Server] = field(default_factory=list)


def balance(servers: list[str], fails: int, rest: int, tries: int, events: list[Event]) -> list[str | None]:
    """For each event the server to which the request is sent now, or None where it is sent nowhere."""
    known = [Server(name) for name in servers]
    under_way: dict[int, Request] = {}
    found: list[str | None] = []

    def send(request: Request, now: int) -> str | None:
        left = [server for server in known if server not in request.tried]
        if not left or len(request.tried) == tries:
            return None
        # Where none would take it, all of them may: a server that is ill is better than none.
        takes = [server for server in left if server.takes(now, fails, rest)] or left
        chosen = min(takes, key=lambda server: server.in_flight)
        chosen.in_flight += 1
        request.tried.append(chosen)
        return chosen.name

    for now, kind, number, what in events:
        if kind == "begin":
            under_way[number] = Request(what)
            found.append(send(under_way[number], now))
            continue
        request = under_way[number]
        request.tried[-1].ended(now, what)
        repeatable = what == "refused" or request.method in IDEMPOTENT
        again = send(request, now) if what != "ok" and repeatable else None
        if again is None:
            del under_way[number]
        found.append(again)
    return found
