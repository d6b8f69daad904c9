"""Attempts to post a comment: at the same time, broken off in the middle, and what they have left."""

import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from threading import Event

from minigram.course.judge import Staged
from minigram.course.judge.meeting import WAITING, meet, writes_to
from minigram.course.judge.staged import Member
from minigram.course.judge.trouble import Trouble

TOGETHER = 8
"""Requests on their way at a time: one web process alone has a thread for each of them."""
SESSIONS = "sessions"
"""The Redis that the student's module may use."""


@dataclass(frozen=True)
class Post:
    """A comment to be written once. Its text is nobody else's."""

    who: Member
    photo: int
    key: str
    text: str

    def __str__(self) -> str:
        return f"POST /once/photos/{self.photo}/comments by person {self.who.id}, key {self.key}, text {self.text!r}"

    def with_key(self, key: str) -> "Post":
        """The same with another key."""
        return replace(self, key=key)

    def at(self, photo: int) -> "Post":
        """The same under another photo."""
        return replace(self, photo=photo)

    def send(self, case: Staged) -> str:
        """The id that was answered, or the status where it is not 201."""
        path = f"/once/photos/{self.photo}/comments"
        answer = case.try_request("POST", path, self.who, {"text": self.text}, {"Idempotency-Key": self.key})
        if answer.status != 201:
            return f"status {answer.status}"
        found = answer.data()
        return str(found.get("id") if isinstance(found, dict) else found)

    def broken(self, case: Staged) -> str:
        """The same where the answer may not come."""
        try:
            return self.send(case)
        except Trouble as trouble:
            if trouble.kind != "ended":
                raise
            return "no answer"


def new(case: Staged, who: Member, photo: int) -> Post:
    """A post with a key and a text of its own."""
    words = case.random.sample(["light", "shadow", "water", "street", "morning", "colour"], 3)
    return Post(who, photo, f"k-{secrets.token_hex(4)}", f"{' '.join(words)} {secrets.token_hex(3)}")


def photo_of(case: Staged, author: Member) -> int:
    """A new photo, as a row."""
    row = "INSERT INTO photos (author_id, media, width, height, caption) VALUES (%s, 'none', 1, 1, '') RETURNING id"
    return int(case.sql(row, author.id)[0][0])


def wrong(case: Staged, post: Post, found: Sequence[str], times: int = 1) -> list[str]:
    """What is wrong after a post was answered like this: it is there so many times, and each answer is its id."""
    rows = _written(case, post)
    lines = [] if len(rows) == times else [f"the comment {post.text!r} is there {len(rows)} times, not {times}"]
    if not lines and times == 1 and set(found) != set(rows):
        lines.append(f"answered: {', '.join(found)}; the comment that is there: {rows[0]}")
    return lines


def example(steps: Sequence[str], lines: Sequence[str]) -> str:
    """What was done one after the other, and what was wrong then."""
    return "\n".join([*(f"    {at}. {step}" for at, step in enumerate(steps, 1)), *(f"then {one}" for one in lines)])


def together(case: Staged, post: Post, count: int) -> list[str]:
    """So many of the same at the same moment: what each was answered."""
    return meet(case, [partial(post.send, case)] * count, min(count, TOGETHER), writes_to("comments"))


def broken_off(case: Staged, post: Post, where: str, kill: Callable[[], None]) -> str:
    """A kill amid the post, when it writes the comment, or its key, or to Redis what comes after the comment; what was
    answered, if anything.

    A post that does not come there is answered first.
    """
    if where == "comments":
        return meet(case, [partial(post.broken, case)], 1, writes_to("comments"), then=kill)[0]
    if where == "answers":  # who would insert the same key waits until we say that we have not
        same = "INSERT INTO answers (person_id, key, asked) VALUES (%s, %s, '')"
        return meet(case, [partial(post.broken, case)], 1, same, [post.who.id, post.key], kill)[0]
    return _after_the_comment(case, post, kill)


def _after_the_comment(case: Staged, post: Post, kill: Callable[[], None]) -> str:
    """Nothing is written to Redis from the moment at which the comment is about to be written, until the kill."""
    answered = Event()

    def send() -> str:
        try:
            return post.broken(case)
        finally:
            answered.set()

    def kill_when_it_waits() -> None:
        end = time.monotonic() + WAITING
        while time.monotonic() < end and not answered.is_set():
            if _written(case, post) and any("b" in client["flags"] for client in redis.client_list()):
                break
            time.sleep(0.002)
        kill()
        redis.client_kill_filter(_type="normal", skipme=True)  # what they have sent is not done, either

    def begin() -> None:
        redis.client_pause(60_000, all=False)
        killing.append(pool.submit(kill_when_it_waits))

    killing: list[Future[None]] = []
    with case.redis(SESSIONS) as redis, ThreadPoolExecutor(1) as pool:
        try:
            (first,) = meet(case, [send], 1, writes_to("comments"), then=begin)
            killing[0].result()
        finally:
            redis.client_unpause()
    return first


def _written(case: Staged, post: Post) -> list[str]:
    """The comments that the post has become, by id."""
    return [str(id) for (id,) in case.sql("SELECT id FROM comments WHERE text = %s ORDER BY id", post.text)]


def older(case: Staged, post: Post, hours: float) -> None:
    """Let the key be that much older."""
    case.sql("UPDATE answers SET made_at = made_at - %s * interval '1 hour' WHERE key = %s", hours, post.key)
