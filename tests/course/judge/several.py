"""A made-up staged exercise with two PostgreSQLs and a Redis; its page runs what the student's module tries."""

from pathlib import Path

from minigram.course.judge.exercises import Exercise
from tests.course.classroom import plant
from tests.course.trees import stem

STEM = stem(1, "several")

STAGE = '''"""Chapter 1 with a second PostgreSQL and a Redis."""

from minigram.addresses import Need
from minigram.stages import stage
from minigram.system import part


class Student(stage(1)):
    title = "Several servers"

    @classmethod
    def needs(cls):
        setup = ("CREATE SCHEMA s0007", "CREATE TABLE s0007.things (id bigint GENERATED ALWAYS AS IDENTITY, what text)")
        return (*super().needs(), Need("postgres", "other", setup=setup), Need("redis", "keys"))

    @part
    def pages(self):
        from flask import Blueprint, request

        from minigram.web.page import Page

        trying = Blueprint("trying", __name__)

        @trying.get("/try")
        def tried():
            from exercises.STEM.e1_double.double import double

            url = self.addresses.servers[request.args["server"]]
            return {"said": double(url, request.args["what"])}

        return (*super().pages, Page(trying))
'''

STUB = '''"""Tries something at a server."""

import psycopg
import redis
from redis.retry import Retry
from redis.backoff import NoBackoff


def double(url, what):
    """What came of it: the rows, or the error's name."""
    try:
        if url.startswith("unix://"):
            with redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as client:
                return repr(client.execute_command(*what.split("|")))
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(what)
            return repr(cursor.fetchall()) if cursor.description else "done"
    except (psycopg.Error, redis.RedisError) as error:
        return type(error).__name__
'''


def planted(root: Path) -> Exercise:
    """The exercise in a tree of its own."""
    exercise = plant(root, stem=STEM)
    (exercise.folder / "stage.py").write_text(STAGE.replace("STEM", STEM))
    (exercise.folder / "double.py").write_text(STUB)
    return exercise
