"""The autograder's zip, run as Gradescope runs it: as root, in an ordinary container that one submission has alone."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from minigram.course.grade.gradescope import SEED, write_autograder
from minigram.course.judge.exercises import exercises
from minigram.course.judge.proof import solved
from minigram.course.judge.shut.container import IMAGE
from minigram.lab.machine import ROOT
from minigram.lab.servers.container import NoEngine, engine, has_image

CALLED = exercises("ch01.1")[0]

NOSY = '''"""Looks for what it must not see, and tells it by raising."""

import os

seen = []
for place in ("/autograder/source/course/solutions", "/autograder/results", "/autograder/submission"):
    try:
        seen += os.listdir(place)
    except OSError:
        pass
try:
    import socket
    socket.create_connection(("127.0.0.1", 5432), 1)
    seen.append("a network")
except OSError as error:
    seen += [] if error.errno == 1 else [f"a socket ({error})"]
for number in os.listdir("/proc"):
    try:
        if number.isdigit() and int(number) != os.getpid():
            os.kill(int(number), 9)
            seen.append(f"process {number}")
    except OSError:
        pass
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import time
        time.sleep(600)
    os._exit(0)
raise ValueError(f"seen: {seen}")
'''


@pytest.fixture(scope="module")
def autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, unpacked where Gradescope does; the container's own packages stand for what setup.sh installs."""
    try:
        engine()
    except NoEngine as error:
        pytest.skip(str(error))
    if not has_image(IMAGE):
        pytest.skip(f"there is no image {IMAGE}: `docker compose build` makes it")
    folder = tmp_path_factory.mktemp("gradescope")
    write_autograder(ROOT, "ch01", folder / "autograder.zip")
    with zipfile.ZipFile(folder / "autograder.zip") as made:
        made.extractall(folder / "source")
    return folder


def run(autograder: Path, submission: dict[str, bytes]) -> tuple[dict[str, Any], str]:
    """The results of one submission, and what was left running."""
    given, results = autograder / "submission", autograder / "results"
    for place in (given, results):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
    for name, content in submission.items():
        (given / name).write_bytes(content)
    script = (
        "ln -s /minigram/.venv /autograder/source/course/.venv; cp /autograder/source/run_autograder /autograder/; "
        "bash /autograder/run_autograder; ps -eo user,args 2>/dev/null | grep -c 'sleep 600' ; "
        "chmod -R a+rwX /autograder/results /autograder/source /autograder/submission; "
        "rm /autograder/source/course/.venv"
    )
    places = {str(autograder / name): f"/autograder/{name}" for name in ("source", "submission", "results")}
    said = engine().containers.run(
        IMAGE, ["-c", script], entrypoint="bash", user="root", remove=True, init=True, stderr=True,
        volumes={host: {"bind": inside, "mode": "rw"} for host, inside in places.items()},
    )  # fmt: skip
    found: dict[str, Any] = json.loads((results / "results.json").read_text())
    return found, said.decode()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_solutions_get_every_point(autograder: Path) -> None:
    """In a container that may not make namespaces, every exercise is judged, those with servers too."""
    found, said = run(autograder, {one.seam: solved(one) for one in exercises("ch01")})
    assert found["score"] == 30, (found, said)
    assert {test["status"] for test in found["tests"]} == {"passed"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_sees_and_keeps_nothing(autograder: Path) -> None:
    """Neither solutions, nor results, nor a network, nor anybody's process; and what it has started is gone."""
    found, said = run(autograder, {CALLED.seam: NOSY.encode()})
    assert found["score"] == 0
    told = json.dumps(found)
    assert "seen: []" in told, (told, said)


def test_the_zip_is_the_instructors_alone(tmp_path: Path) -> None:
    """Two zips have different secret seeds; the scripts can be executed; nothing of the scripts names this machine."""
    seeds = []
    for name in ("a.zip", "b.zip"):
        write_autograder(ROOT, "ch01", tmp_path / name)
        with zipfile.ZipFile(tmp_path / name) as made:
            seeds.append(made.read(f"course/{SEED}"))
            for script in ("setup.sh", "run_autograder"):
                assert made.getinfo(script).external_attr >> 16 == 0o755
                assert made.read(script).startswith(b"#!/bin/bash") and str(ROOT).encode() not in made.read(script)
    assert seeds[0] != seeds[1]
