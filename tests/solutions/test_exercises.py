"""The exercises: stubs red, solutions green, each mutant caught by the check that names it, with whatever is drawn."""

import re
from collections.abc import Sequence

import pytest

from minigram.course.check.checking import SEED
from minigram.course.judge.exercises import Exercise, exercises
from minigram.course.judge.judging import judge
from minigram.course.judge.proof import faults, mutants, solved
from minigram.course.judge.shut.ways import offered
from minigram.lab.servers.container import NoEngine, engine

HEADINGS = ("Seam", "What you may assume", "Acceptance", "Predict", "Hints", "Run", "Going further")
LARGE = 2_000_000
"""Seeds as gradings have them, and not the public one."""

FIRST = exercises()[0].stem
"""The chapter on which the mechanisms are tried with every other test; for the later ones what takes long is slow."""

each = pytest.mark.parametrize("exercise", exercises(), ids=lambda one: one.id)


def at_length(some: Sequence[Exercise], *marks: pytest.MarkDecorator) -> pytest.MarkDecorator:
    """Each of them; of later chapters with these marks."""
    found = [pytest.param(one, marks=() if one.stem == FIRST else marks, id=one.id) for one in some]
    return pytest.mark.parametrize("exercise", found)


def needs_docker() -> None:
    try:
        engine()
    except NoEngine as error:
        pytest.skip(str(error))


@each
def test_a_statement_says_all_there_is_to_know(exercise: Exercise) -> None:
    """It has its parts in their order, three hints at least, the command, and as many points as the checks give."""
    statement = (exercise.folder / "statement.md").read_text()
    assert [heading for heading in re.findall(r"^## (.+)$", statement, re.MULTILINE) if heading in HEADINGS] == [
        *HEADINGS
    ]
    assert "**Goal.**" in statement and f"minigram check {exercise.id}" in statement
    assert len(exercise.hints) >= 3 and all("?" in hint for hint in exercise.hints[:1])
    public = [one for one, hidden in exercise.checks(hidden=True) if not hidden]
    hidden = [one for one, is_hidden in exercise.checks(hidden=True) if is_hidden]
    rows = [int(points) for points in re.findall(r"^\|[^|]+\| (\d+) \|", statement, re.MULTILINE)]
    assert rows == [*(one.points for one in public), sum(one.points for one in hidden)] and sum(rows) == 10
    assert all(1 <= one.hint <= len(exercise.hints) for one in public + hidden)


@each
def test_mutants_enough(exercise: Exercise) -> None:
    """Five plausible mistakes at least, each told in a sentence and caught by a check that is there."""
    found, checks = mutants(exercise), {one.name for one, _ in exercise.checks(hidden=True)}
    assert len(found) >= 5 and {one.caught for one in found} == checks
    assert all(len(one.mistake) > 5 for one in found)
    assert len({one.seam for one in found} | {solved(exercise)}) == len(found) + 1


@at_length(exercises(), pytest.mark.slow)
def test_the_stub_is_red(exercise: Exercise) -> None:
    """It loads, gets no point, and whatever was asked of it says what the stub raises."""
    judged = judge(exercise, exercise.stub.encode(), offered(), SEED, hidden=True)
    assert not judged.trouble and judged.points == 0 and {one.verdict for one in judged.seen} == {"fail"}
    for one in judged.seen:
        assert "NotImplementedError" in one.why + one.example, (one.check, one.why, one.example)


@at_length(exercises(), pytest.mark.slow)
def test_the_solution_is_green(exercise: Exercise) -> None:
    """Every point, with the public seed; of the first chapter with another, too, as of all among the slow tests."""
    for seed in (SEED, LARGE) if exercise.stem == FIRST else (SEED,):
        judged = judge(exercise, solved(exercise), offered(), seed, hidden=True)
        assert judged.verdict == "pass" and judged.points == 10, judged.seen
        if exercise.staged:
            versions = judged.evidence.servers.values()
            assert versions and all(re.match(r"\w+ \d+\.\d", version) for version in versions)
        for counted in judged.evidence.counters[:1]:
            postgres = [server for server in counted.values() if "buffers" in server["after"]]
            assert any(0 < server["before"]["buffers"] < server["after"]["buffers"] for server in postgres)


@at_length(exercises(), pytest.mark.slow)
@pytest.mark.timeout(120)
def test_hidden_checks_catch_what_public_ones_miss(exercise: Exercise) -> None:
    """At least one mutant passes every check that a student sees."""
    public = {one.name for one, _ in exercise.checks(hidden=False)}
    for mutant in mutants(exercise):
        if mutant.caught not in public:
            judged = judge(exercise, mutant.seam, offered(), LARGE, hidden=True)
            if not any(one.verdict == "fail" and not one.hidden for one in judged.seen):
                assert judged.verdict == "fail"
                return
    pytest.fail("every mutant fails a public check")


@pytest.mark.slow
@pytest.mark.timeout(900)
@each
def test_each_mutant_is_caught(exercise: Exercise) -> None:
    """By the check that names it. Where a busy machine lets too little happen at once, a second look tells."""
    first = {line.partition(" with seed ")[0] for line in faults(exercise, offered(), [LARGE])}
    second = {line.partition(" with seed ")[0] for line in faults(exercise, offered(), [LARGE + 1])} if first else set()
    assert not first & second, (first, second)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(1800)
@each
def test_no_check_needs_luck(exercise: Exercise) -> None:
    """Ten seeds: the solution passes ten times of ten, and no mutant passes the check that names it even once."""
    assert not list(faults(exercise, offered(), range(LARGE, LARGE + 10)))


@pytest.mark.slow
@at_length([one for one in exercises() if one.staged], pytest.mark.thorough)
@pytest.mark.timeout(120)
@pytest.mark.parametrize("work", ["solution", "mutant"])
def test_the_same_mark_on_both_providers(exercise: Exercise, work: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A submission marked twice, with servers of this machine and with Docker's, gets the same mark for each check."""
    needs_docker()
    seam = solved(exercise) if work == "solution" else mutants(exercise)[0].seam
    marks = []
    for provider in ("native", "docker"):
        monkeypatch.setenv("MINIGRAM_SERVERS", provider)
        judged = judge(exercise, seam, offered(), LARGE, hidden=True)
        marks.append([(one.check, one.verdict, one.points) for one in judged.seen])
    assert marks[0] == marks[1]
