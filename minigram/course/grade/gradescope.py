"""Gradescope: the autograder's zip, and what runs in its container, which one submission has for itself.

`python -m minigram.course.grade.gradescope CHAPTER COMMIT SUBMISSION RESULTS` judges one submission there.
"""

import io
import json
import secrets
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from minigram.course.grade.book import Class, Gradebook
from minigram.course.grade.exports.gradescope import write_results
from minigram.course.grade.grading import grade
from minigram.course.grade.marker import Here
from minigram.course.grade.marks import Student
from minigram.course.grade.roster import Row
from minigram.course.judge.exercises import exercises
from minigram.course.judge.shut.ways import ALONE
from minigram.course.tags import Repository

SEED = "solutions/seed.json"
"""In the zip, where only root can read it: the secret seed of this class."""

SET_UP = """#!/bin/bash
# Run once, as root, when the autograder is built: Debian 12, or Ubuntu with Python 3.11 or newer.
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends make git python3 python3-venv postgresql-common
sed -i 's/^#\\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
apt-get install -y --no-install-recommends postgresql
cd /autograder/source/course
make setup
"""

RUN = """#!/bin/bash
# Run as root for each submission. What students must not see is closed to every other user first.
cd /autograder/source/course || exit 1
chmod 700 solutions /autograder/results /autograder/submission
export {alone}=1 MINIGRAM_SERVERS=native
exec .venv/bin/python -m minigram.course.grade.gradescope {chapter} {commit} /autograder/submission \\
    /autograder/results/results.json
"""


def write_autograder(course: Path, chapter: str, target: Path) -> None:
    """Write the zip: the committed course with its solutions, a fresh secret seed, and the two scripts.

    Raises NoSuchExercise, and LabError in a student edition.
    """
    for exercise in exercises(chapter):
        exercise.checks(hidden=True)
    repository = Repository(course)
    commit = repository.head()
    archive = repository.git("archive", "--format=tar", commit).encode("utf-8", "surrogateescape")
    draft = target.with_name(f".{target.name}.draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as made, tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            if (content := files.extractfile(member)) is not None:
                made.writestr(f"course/{member.name}", content.read())
        made.writestr(f"course/{SEED}", json.dumps(secrets.randbelow(2**31)))
        _script(made, "setup.sh", SET_UP)
        _script(made, "run_autograder", RUN.format(alone=ALONE, chapter=chapter, commit=commit))
    draft.replace(target)


def judge(chapter: str, commit: str, submission: Path, results: Path) -> None:
    """Judge what lies in the folder, and write Gradescope's results. Whatever happens, results are written."""
    seed = json.loads(Path(SEED).read_text())
    with tempfile.TemporaryDirectory(prefix="minigram-class-") as folder:
        row, book = Row(Student("submission"), [submission]), Gradebook(Path(folder))
        (mark,) = grade([row], book, Class(chapter, seed), Here(1), "", lambda mark, before: None)
    mark.about["course"] = commit
    write_results(mark, results)


def _script(made: zipfile.ZipFile, name: str, text: str) -> None:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o755 << 16
    made.writestr(info, text)


if __name__ == "__main__":
    judge(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
