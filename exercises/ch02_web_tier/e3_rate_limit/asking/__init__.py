"""Asking for comments, with the moments between which each was decided, and what follows from them."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis import Redis

from minigram.course.judge import Staged
from minigram.course.judge.staged import Member
from minigram.course.judge.trouble import Trouble

LIMITS = "limits"
"""The Redis of the limit."""
SLACK = 3
"""Milliseconds by which rounding may be off."""


@dataclass(frozen=True)
class Asked:
    """A comment that was sent and answered at these milliseconds; `wait` is 0 where it was let through."""

    sent: float
    answered: float
    wait: int


def now() -> float:
    """Milliseconds."""
    return time.monotonic() * 1000


def until(moment: float) -> None:
    """Wait for a moment to come; it may be past."""
    time.sleep(max(0.0, moment - now()) / 1000)


def photo_of(case: Staged, author: Member) -> int:
    """A new photo, as a row."""
    new = "INSERT INTO photos (author_id, media, width, height, caption) VALUES (%s, 'none', 1, 1, '') RETURNING id"
    return int(case.sql(new, author.id)[0][0])


def comment(case: Staged, photo: int, who: Member, limit: int, window: int) -> Asked:
    """Comment. Raises Trouble where the answer is neither that it was written nor how long to wait."""
    path = f"/limited/{photo}?limit={limit}&window={window}"
    sent = now()
    answer = case.request("POST", path, who, {"text": "what a photo"})
    answered = now()
    if answer.status == 201:
        return Asked(sent, answered, 0)
    wait = answer.data().get("wait") if answer.status == 429 else None
    if not isinstance(wait, int) or answer.headers.get("retry-after") != str(-(-wait // 1000)):
        raise Trouble("answer", f"POST {path} was answered with {answer.status} {answer.text[:200]}")
    return Asked(sent, answered, wait)


@contextmanager
def held(case: Staged, together: int) -> Iterator[None]:
    """Let so many meet: who only reads from Redis is answered, who would write waits until as many wait, but no longer
    than the statement's half a second.
    """
    over = threading.Event()
    with case.redis(LIMITS) as redis:
        redis.client_pause(2_000, all=False)

        def release() -> None:
            end = now() + 400
            while now() < end and not over.is_set():
                clients: Any = redis.client_list()
                if sum(one.get("user") == "student" and "b" in one["flags"] for one in clients) >= together:
                    break
                time.sleep(0.005)
            redis.client_unpause()

        waiting = threading.Thread(target=release, name="hold Redis", daemon=True)
        waiting.start()
        try:
            yield
        finally:
            over.set()
            waiting.join()


def reads(redis: Redis) -> int:
    """How often it has read from a connection; asking is one more."""
    info: Any = redis.info("stats")
    return int(info["total_reads_processed"])


def right(wrong: Sequence[str]) -> None:
    """Raises Trouble where something is wrong: what it costs does not matter, then."""
    if wrong:
        raise Trouble("answer", "the limit does not hold, so what it costs does not matter", wrong[-6:])


def decisions(asked: Sequence[Asked], limit: int, window: int) -> list[str]:
    """What is wrong with whom it let through, of one person's comments one after the other."""
    let: list[Asked] = []
    for number, one in enumerate(asked, 1):
        oldest = let[-limit] if len(let) >= limit else None
        if one.wait == 0:
            if oldest is not None and one.answered - oldest.sent < window - SLACK:
                apart = one.answered - oldest.sent
                return [*told(asked[:number]), f"{number} was let through; with it {limit + 1} within {apart:.0f} ms"]
            let.append(one)
        elif oldest is None or one.sent - oldest.answered > window + SLACK:
            last = sum(one.sent - other.answered <= window for other in let)
            return [*told(asked[:number]), f"{number} was refused; in the {window} ms before, {last} were let through"]
    return []


def waits(asked: Sequence[Asked], limit: int, window: int) -> list[str]:
    """What is wrong with how long it said to wait, of one person's comments one after the other."""
    let: list[Asked] = []
    for number, one in enumerate(asked, 1):
        if one.wait == 0:
            let.append(one)
            continue
        if len(let) < limit:
            return [*told(asked[:number]), f"{number} was refused, and only {len(let)} had been let through"]
        least = let[-limit].sent + window - one.answered - SLACK
        most = let[-limit].answered + window - one.sent + SLACK
        if not least <= one.wait <= most:
            right = f"{max(0, least):.0f} to {max(0, most):.0f} ms"
            return [*told(asked[:number]), f"{number} was told to wait {one.wait} ms; {right} would be right"]
    return []


def told(asked: Sequence[Asked]) -> list[str]:
    """A line for each comment, the times from the first on."""
    first = asked[0].sent if asked else 0
    return [
        f"    {number}. at {one.sent - first:.0f} ms: " + (f"wait {one.wait} ms" if one.wait else "let through")
        for number, one in enumerate(asked, 1)
    ]


def entries(redis: Redis) -> int:
    """How much the Redis keeps: the elements of lists, sets and hashes, and of texts every 20 bytes."""
    kept = 0
    for key in redis.scan_iter():
        kind: Any = redis.type(key)
        size = {"list": redis.llen, "set": redis.scard, "zset": redis.zcard, "hash": redis.hlen}.get(kind.decode())
        text: Any = redis.strlen(key) if kind == b"string" else 0
        found: Any = size(key) if size else -(-text // 20)
        kept += found
    return kept
