"""Each chapter's tag holds by itself: what a reader finds who checks it out."""

from itertools import pairwise
from pathlib import Path

import pytest

from minigram.course.manifests import Chapter, read

from .courses import Course
from .trees import Clone

ROOT = Path(__file__).parents[2]
EARLIER = read(ROOT).chapters[:-1]
"""The newest one's is this tree, with this suite."""


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A clone of this tree's last commit, with its tags."""
    made = Course(Clone(ROOT).clone(tmp_path_factory.mktemp("tags") / "main").folder)
    done = made.python("-m", "minigram", "tags")
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("chapter", EARLIER, ids=lambda chapter: chapter.stem)
def test_a_tag_passes_its_own_tests(chapter: Chapter, tagged: Course) -> None:
    """Its files are in order, style and types too, and the app and the chapter do what their tests say."""
    tree = Course(tagged.clone(tagged.folder.with_name(chapter.stem)).folder)
    tree.git("fetch", "-q", "origin", f"refs/tags/{chapter.tag}")
    tree.git("checkout", "-q", "FETCH_HEAD")
    tree.is_in_order()
    for check in (("ruff", "check", "."), ("mypy",)):
        done = tree.python("-m", *check, within=600)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    own = f"{chapter.stem} and not notebook"
    tree.pytest("tests/behaviour", f"tests/{chapter.stem}", "-k", own, "-m", "not slow", within=900)


def test_the_lessons_are_additions(tagged: Course) -> None:
    """From one tag to the next nothing is removed or changed: a chapter adds files."""
    tags = sorted(tagged.tags())
    for before, after in pairwise(tags):
        lines = tagged.git("diff", "--numstat", before, after).splitlines()
        assert len(lines) > 10
        assert [line for line in lines if line.split("\t")[1] not in ("0", "-")] == [], f"{before}..{after}"
