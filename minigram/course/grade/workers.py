"""Marking by as many machines as there are: orders go through an RQ queue in a Redis, and workers judge them.

Both sides speak JSON, so nobody unpickles anything. Whoever can write to the Redis can order and answer, so it has to
be one with a password, for the course alone.
"""

import contextlib
import sys
import threading
from dataclasses import asdict
from typing import Any, cast

import redis
from rq import Queue, Retry, Worker
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.worker_registration import get_keys

from minigram.course.grade.marker import PATIENCE, Here
from minigram.course.grade.one import Order
from minigram.lab import LabError

QUEUE = "minigram-grade"
ATTEMPTS = 3
WAITING = 64
"""Orders that are asked at once: more than the workers of any class."""


class Workers:
    """Judges by handing orders to workers. One that dies is noticed after about a minute, and another takes over."""

    at_once = WAITING

    def __init__(self, url: str) -> None:
        self._redis = connected(url)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer, default_timeout=int(PATIENCE))
        self._closed = threading.Event()
        if not get_keys(queue=self._queue):
            print("No worker listens yet. On each machine: minigram grade-worker --queue URL", file=sys.stderr)

    def judge(self, order: Order) -> list[dict[str, Any]]:
        job = self._queue.enqueue_call(
            judge_one, (asdict(order),), retry=Retry(max=ATTEMPTS - 1), result_ttl=3600, failure_ttl=3600
        )
        try:
            while not self._closed.wait(0.2):
                status = job.get_status()
                if status == JobStatus.FINISHED:
                    return cast(list[dict[str, Any]], job.return_value(refresh=True))
                if status in (JobStatus.FAILED, JobStatus.STOPPED, JobStatus.CANCELED):
                    raise LabError(f"{ATTEMPTS} workers could not judge it: {_reason(job)}")
        except redis.RedisError as error:
            raise LabError(f"The queue does not answer any more: {error}") from error
        with contextlib.suppress(redis.RedisError):
            job.delete()
        raise LabError("Stopped.")

    def close(self) -> None:
        """Take back what nobody has begun."""
        self._closed.set()


def serve(url: str) -> None:
    """Be a worker, one order at a time, until Ctrl-C."""
    connection = connected(url)
    worker = Worker(
        [QUEUE], connection=connection, serializer=JSONSerializer, worker_ttl=20, job_monitoring_interval=1,
        maintenance_interval=2, log_job_description=False,
    )  # fmt: skip
    worker.work(logging_level="WARNING")


def judge_one(order: dict[str, Any]) -> list[dict[str, Any]]:
    """The job: one submission, in a process of its own on the worker's machine."""
    return Here(1).judge(Order(**order))


def connected(url: str) -> redis.Redis:
    """A connection that answers. Raises LabError."""
    try:
        connection: redis.Redis = redis.Redis.from_url(url, socket_timeout=30)
        connection.ping()
    except (redis.RedisError, ValueError) as error:
        raise LabError(f"No Redis answers at the address that --queue gives: {error}") from error
    return connection


def _reason(job: Job) -> str:
    result = job.latest_result()
    said = ((result.exc_string if result else None) or "it was lost").strip().splitlines()
    return said[-1]
