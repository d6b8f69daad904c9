"""A class is marked by as many machines as there are, and one that dies costs nothing but time."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from minigram.addresses import Need
from minigram.lab.leash import held_run
from minigram.lab.leftovers import remove, runs
from minigram.lab.servers import start_all
from tests.behaviour.waiting import eventually
from tests.course.classroom import SOLUTION, Course
from tests.course.grade.test_grading import HALF, scores

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("shut_in")]


@pytest.fixture
def queue() -> Iterator[str]:
    """A Redis of our own."""
    with held_run() as run:
        yield start_all([Need("redis", "queue")], run)["queue"].url


@contextmanager
def worker(course: Course, queue: str) -> Iterator[psutil.Process]:
    with ExitStack() as ending:
        started = course.start("grade-worker", "--queue", queue)
        ending.callback(started.wait, 30)
        ending.callback(started.send_signal, signal.SIGINT)
        yield psutil.Process(started.pid)


def test_workers_give_the_same_marks(course: Course, queue: str) -> None:
    """Two workers mark what one machine would, with the same points."""
    course.hand_in("ada")
    course.hand_in("ben", HALF)
    with worker(course, queue), worker(course, queue):
        status, said = course.run("grade", "submissions", "--out", "grades", "--queue", queue)
    assert status == 0, said
    assert scores(course) == {"ada": 5, "ben": 3}


@pytest.mark.slow
def test_a_worker_that_dies(course: Course, queue: str) -> None:
    """A worker is killed with all its processes while it judges; another one takes the submission over."""
    slow = SOLUTION.replace("return", "import time\n    time.sleep(0.2)\n    return")
    course.hand_in("ada", slow)
    with worker(course, queue) as doomed:
        grading = course.start("grade", "submissions", "--out", "grades", "--queue", queue)
        eventually("it judges", lambda: len(doomed.children(recursive=True)) > 2, 60)
        killed = [*doomed.children(recursive=True), doomed]
        for one in killed:
            with suppress(psutil.NoSuchProcess):  # some live for a moment only
                one.kill()
    for run, owner in runs().items():  # who would have removed it is among them
        if owner.pid in {one.pid for one in killed}:
            remove(run)
    with worker(course, queue):
        said, _ = grading.communicate(timeout=200)
    assert grading.returncode == 0, said
    assert scores(course) == {"ada": 5}


def test_a_worker_with_other_checks_refuses(course: Course, queue: str, tmp_path: Path) -> None:
    """A machine whose checks differ does not judge: the mark is unknown, and says what to do."""
    other = Course(tmp_path / "other")
    file = other.exercise.folder / "checks.py"
    file.write_text(file.read_text() + "\n# an older version\n")
    course.hand_in("ada")
    with worker(other, queue):
        status, said = course.run("grade", "submissions", "--out", "grades", "--queue", queue)
    assert status == 1, said
    page = (course.folder / "grades" / "students" / "ada" / "mark.json").read_text()
    assert "bring both up to date" in page and scores(course) == {"ada": 0}


def test_no_queue(course: Course) -> None:
    """An address where no Redis answers is told, and nothing begins."""
    course.hand_in("ada")
    status, said = course.run("grade", "submissions", "--out", "grades", "--queue", "redis://127.0.0.1:9")
    assert status == 3 and "No Redis answers" in said and "Traceback" not in said
