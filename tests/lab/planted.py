"""A web server that is slow in a way that arithmetic knows: the yardstick for the load generator.

`with planted(delay=0.020) as url:` answers every request 20 ms after it was read; `stall=(5.0, 0.5)` makes
the whole process stand still for 0.5 s every 5 s, as a garbage collection, a checkpoint or a full disk
would. It runs in its own process on a free port of 127.0.0.1, and ends with the block (or when its parent
dies).

What is asked for decides the answer: `/status/503` answers 503, `/close` hangs up without a word, `/never`
does not answer, `/chunked` answers in chunks, `/last` ends its answer by hanging up; all else is a 200 with
`{"id": n}`.
"""

import asyncio
import itertools
import json
import os
import select
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

NUMBERS = itertools.count(1)
PHRASES = {
    b"200": b"OK",
    b"404": b"Not Found",
    b"500": b"Internal Server Error",
    b"503": b"Service Unavailable",
}


@contextmanager
def planted(delay: float = 0.0, stall: tuple[float, float] | None = None, port: int = 0) -> Iterator[str]:
    """The URL of a server with this delay in seconds and this stall (every so many seconds, for so many)."""
    wanted = json.dumps({"delay": delay, "stall": stall, "port": port})
    process = subprocess.Popen([sys.executable, __file__, wanted], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def prompt() -> None:
    """Real-time priority, where this user may: a yardstick must not wait for the processor."""
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


class Finer(selectors.DefaultSelector):
    """epoll's time-outs are whole milliseconds; waiting for the epoll itself with select() is finer."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout > 0 and hasattr(self, "fileno"):
            select.select([self.fileno()], [], [], timeout)
            timeout = 0
        return super().select(timeout)


class Answering(asyncio.Protocol):
    def __init__(self, delay: float) -> None:
        self.delay, self.read = delay, b""
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.read += data
        while (end := self.read.find(b"\r\n\r\n")) >= 0:
            head = self.read[:end].split(b"\r\n")
            fields = {line.split(b":")[0].lower(): line.split(b":", 1)[1].strip() for line in head[1:]}
            length = int(fields.get(b"content-length", b"0"))
            if len(self.read) < end + 4 + length:
                return
            self.read = self.read[end + 4 + length :]
            path = head[0].split(b" ")[1]
            if path == b"/never":
                return
            if self.delay:
                self.loop.call_later(self.delay, self.answer, path)
            else:
                self.answer(path)

    def answer(self, path: bytes) -> None:
        body = b'{"id": %d}' % next(NUMBERS)
        status = path.rsplit(b"/", 1)[1] if path.startswith(b"/status/") else b"200"
        line = b"HTTP/1.1 %s %s\r\nContent-Type: application/json\r\n" % (status, PHRASES[status])
        if path == b"/close":
            self.transport.abort()
        elif path == b"/chunked":
            chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:3], body[3:]))
            self.transport.write(line + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
        elif path == b"/last":
            self.transport.write(line + b"\r\n" + body)
            self.transport.close()
        else:
            self.transport.write(line + b"Content-Length: %d\r\n\r\n" % len(body) + body)


async def serve(delay: float, stall: tuple[float, float] | None, port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(delay), "127.0.0.1", port, backlog=1024)
    loop.add_reader(sys.stdin, lambda: os._exit(0))  # the parent holds the other end
    print(server.sockets[0].getsockname()[1], flush=True)
    if stall:
        every, long = stall
        due = loop.time()
        while True:
            due += every
            await asyncio.sleep(due - loop.time())
            time.sleep(long)  # everything stands still: that is the point
    await server.serve_forever()


if __name__ == "__main__":
    prompt()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Finer())) as runner:
        runner.run(serve(**json.loads(sys.argv[1])))
