"""Submissions that attack the judge of a called exercise: none gains what it has not earned, and none is left."""

import os
import secrets
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from minigram.course.check.checking import SEED as PUBLIC
from minigram.course.judge.judging import judge
from minigram.course.judge.proof import solved
from minigram.course.judge.shut.ways import OPEN, offered
from minigram.lab.machine import ROOT
from tests.solutions.attacks.around import CALLED, SEED, Attack, honest, honest_elsewhere, judged, said

SLOW = 60.0
"""Seconds in which the judging of what hangs in every check must have ended."""
QUICK = 30.0


@pytest.fixture(scope="module", autouse=True)
def full() -> int:
    """The mark of the solution, judged before any attack."""
    found = honest()
    assert found.points == found.of > 0
    return found.points


@pytest.mark.parametrize(
    "name",
    [
        "answers_without_end", "changes_its_mind", "closes_its_directories", "fakes_its_signature", "fakes_the_clock",
        "fills_the_doors", "fills_the_doors_with_small_files", "fork_bomb", "kills_everybody", "nests_directories",
        "outlives_its_check", "patches_its_python", "prints_gigabytes", "replaces_its_socket",
        "sets_the_environment", "takes_memory", "takes_memory_in_children",
    ],
)  # fmt: skip
def test_gains_nothing_and_leaves_nothing(name: str) -> None:
    """What takes the machine, kills, or lies to the runner gets no point, ends soon, and is gone when it has ended."""
    found = judged(Attack.of(name), QUICK)
    assert found.points == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "answers_gigabytes", "answers_megabytes", "drips_an_answer", "loop_at_import", "loop_in_a_call",
        "sleeps_past_the_limit",
    ],
)  # fmt: skip
def test_endlessness_is_cut_off(name: str) -> None:
    """An answer that is endless, or too large, or never comes, gets no point, and soon no more is waited for it."""
    assert judged(Attack.of(name), SLOW).points == 0


@pytest.mark.slow
def test_slow_answers_do_not_add_up() -> None:
    """Answers that each come just in time are not waited for longer than an exercise may take altogether."""
    assert judged(Attack.of("sleeps_within_the_limit"), 150).points == 0


@pytest.mark.parametrize("name", ["takes_memory_unseen", "takes_shared_memory", "fills_the_disk_unseen"])
def test_what_no_process_owns_is_counted_too(name: str) -> None:
    """Memory and disk that no process and no folder shows are limited like all other."""
    found = judged(Attack.of(name), QUICK)
    taken = [int(line.strip("[']").split()[0]) for line in said(found)]
    assert found.points == 0 and all(mib <= 100 for mib in taken), f"it took {taken} MiB"


def test_full_temporary_directory_holds_little() -> None:
    """Only the small temporary directories can be written to, and they soon are full."""
    found = judged(Attack.of("fills_the_temporary_directory"), QUICK)
    assert (found.points, said(found)) == (0, {"['nothing']"})


@pytest.mark.parametrize("way", [
    "sys.exit", "os._exit", "SystemExit", "KeyboardInterrupt", "GeneratorExit", "success", "silent", "abort", "stop",
    "recursion", "execv",
])  # fmt: skip
def test_ending_is_no_answer(way: str) -> None:
    """A process that ends, or raises what is no ordinary error, has not answered."""
    found = judged(Attack.of("ends_itself", WAY=way), QUICK)
    assert found.points == 0


@pytest.mark.parametrize("which", [
    "everything", "text", "number", "rows", "names", "encoder", "true", "level", "decimal", "nan", "infinity",
    "too large", "minus zero", "enormous", "enormous text", "deep", "fairly deep", "twice", "surrogate", "no text",
    "more", "array", "nothing", "lines", "trouble", "no trouble", "no kind", "latin",
])  # fmt: skip
def test_odd_answers_are_wrong_answers(which: str) -> None:
    """Whatever an answer claims to be, it is compared as plain JSON, and what is no plain JSON is wrong."""
    found = judged(Attack.of("odd_answers", WHICH=which), QUICK)
    assert found.points == 0


def test_answers_cannot_be_given_in_advance() -> None:
    """Lines that the student's code writes on the judge's socket are answers like others: wrong ones."""
    found = judged(Attack.of("speaks_for_the_runner"), QUICK)
    assert found.points == 0


def test_no_secret_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hidden checks, solutions, other submissions, marks, and the judge's environment are out of its sight."""
    secret = secrets.token_hex(16)
    monkeypatch.setenv("SECRET_OF_THE_JUDGE", secret)
    other = tmp_path / "percentiles.py"
    other.write_text(secret)
    folders = [CALLED.solutions, ROOT / "exercises", ROOT / "tests", ROOT / "chapters", ROOT / "build", ROOT / ".git"]
    paths = [*folders, *CALLED.solutions.iterdir(), CALLED.folder / "checks.py", other, tmp_path, Path.home()]
    attack = Attack.of("reads_what_is_secret", PATHS=[str(path) for path in paths], SECRETS=[secret, str(SEED)])
    found = judged(attack, QUICK)
    assert (found.points, said(found)) == (0, {"['nothing']"})


def test_no_file_of_the_judge_can_be_written(tmp_path: Path) -> None:
    """The course, its tests, marks and the Python that runs them cannot be written to."""
    marks = tmp_path / "marks"
    marks.mkdir()
    (marks / "mark.json").write_text("{}")
    inside = ["build", "minigram", "exercises", "solutions", "tests", ".venv", ".venv/bin", "minigram/course/judge"]
    own = [ROOT / "minigram/course/judge/called.py", CALLED.folder / "checks.py", CALLED.solutions / "hidden.py"]
    places = [ROOT, *(ROOT / name for name in inside), *own, marks, marks / "mark.json", tmp_path / "new" / "file"]
    found = judged(Attack.of("writes_where_it_must_not", PLACES=[str(place) for place in places]), QUICK)
    assert (found.points, said(found)) == (0, {"['nothing']"})
    assert (marks / "mark.json").read_text() == "{}"


@pytest.mark.parametrize("name", ["patches_the_judge", "becomes_root"])
def test_gets_nowhere(name: str) -> None:
    """The judge that it can import is a copy of its own, and the kernel gives it no right that it had not."""
    found = judged(Attack.of(name), QUICK)
    assert (found.points, said(found)) == (0, {"['nothing']"})


@pytest.fixture
def listening() -> Iterator[tuple[int, str]]:
    """A port of this machine, and an abstract socket of it, at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as port, socket.socket(socket.AF_UNIX) as abstract:
        name = f"\0minigram-{secrets.token_hex(8)}"
        abstract.bind(name)
        abstract.listen()
        yield port.getsockname()[1], name


def test_no_network(listening: tuple[int, str]) -> None:
    """It reaches no port of this machine, no other machine, and takes no port from anybody."""
    port, name = listening
    sockets = [name, "/var/run/docker.sock", "/run/docker.sock", "/var/run/postgresql/.s.PGSQL.5432"]
    found = judged(Attack.of("reaches_the_network", PORTS=[port], SOCKETS=sockets), QUICK)
    assert (found.points, said(found)) == (0, {"['nothing']"})


def test_what_counts_is_what_it_does_when_judged() -> None:
    """Who behaves only when judged earns what that behaviour earns: here the point for large logs, and no other."""
    found = judged(Attack.of("knows_when_it_is_judged"), QUICK)
    assert [one.check for one in found.seen if one.points] == ["large_logs"]


@pytest.mark.slow
def test_slow_small_logs_do_not_hide_a_quadratic_report() -> None:
    """A report that sleeps on small logs does not pass for one that is quick on large ones."""
    found = judged(Attack.of("slows_down_the_small_ones"), SLOW)
    assert {one.check for one in found.seen if one.points} == {
        "counts_from_due", "one_of_the_waits", "unanswered_waited_longest",
    }  # fmt: skip


def test_remembered_answers_are_worth_nothing(tmp_path: Path) -> None:
    """Answers that were written down with the public seed pass with it, and gain nothing with another."""
    notes = tmp_path / "notes"
    recording = solved(CALLED).decode() + RECORDING.format(notes=str(notes))
    assert judge(CALLED, recording.encode(), OPEN, PUBLIC, hidden=False).verdict == "pass"
    answers = dict(eval(line) for line in notes.read_text().splitlines())  # noqa: S307 (our own notes)
    attack = Attack.of("remembers_what_was_asked", ANSWERS=answers)
    public = judge(CALLED, attack.seam, offered(), PUBLIC, hidden=False)
    assert public.verdict == "pass", "with the public seed it is the same workload"
    assert judged(attack, QUICK).points == 0


RECORDING = """

def _noting(function):
    def noted(*arguments):
        answer = function(*arguments)
        with open({notes!r}, "a") as file:
            file.write(repr((repr((function.__name__, *arguments)), answer)) + "\\n")
        return answer

    return noted


_report, _corrected = _noting(report), _noting(corrected)


def report(requests, per_mille):
    return _report(requests, per_mille)


def corrected(durations, interval):
    return _corrected(durations, interval)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", [
    "burns_the_processor", "fork_bomb", "kills_everybody", "takes_memory_in_children", "fills_the_doors",
])  # fmt: skip
def test_others_get_their_full_mark(name: str, full: int) -> None:
    """An honest submission gets its full mark while this one is judged beside it, and right after it."""
    with ThreadPoolExecutor(2) as pool:
        attacking = pool.submit(judged, Attack.of(name), SLOW)
        beside = [pool.submit(honest_elsewhere).result() for _ in range(2)]
    assert attacking.result().points == 0
    points = [sum(one["points"] for one in found["seen"]) for found in beside]
    assert [*points, honest().points] == [full, full, full]


def test_no_user_of_this_machine_is_that_of_a_submission() -> None:
    """What runs as the submissions' user is theirs alone, so that it can be found, and harms nobody's processes."""
    if os.geteuid() == 0:
        assert not any(int(line.split(":")[2]) >= 10_000_000 for line in Path("/etc/passwd").read_text().splitlines())
