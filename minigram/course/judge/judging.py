"""Judging one exercise of one submission: every check, its verdict, and what the verdict rests on."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from minigram.course.judge.called import Called
from minigram.course.judge.checks import Check, Seen, Unclear
from minigram.course.judge.evidence import Evidence, Transcript, digest
from minigram.course.judge.exercises import Exercise, package
from minigram.course.judge.printed import printed
from minigram.course.judge.shut.place import Place
from minigram.course.judge.shut.ways import Way
from minigram.course.judge.staged import Staged
from minigram.course.judge.trouble import EXPLAINED, Trouble
from minigram.lab.claims import Verdict
from minigram.lab.leash import held_run
from minigram.lab.running import running
from minigram.stages import at
from minigram.system import Minigram

AGAIN = 2
"""How often a check that could not tell is run again."""
ALTOGETHER = 120.0
"""Seconds for one exercise; what has not been checked by then has failed."""
HANGS = 2
"""In advice, what hangs so often is not asked any more: a student waits for it."""


@dataclass
class Judged:
    """One exercise of one submission. `trouble` is what kept all checks from being run."""

    exercise: str
    seen: list[Seen]
    evidence: Evidence
    trouble: str = ""
    printed: list[str] = field(default_factory=list)
    """The last lines that the student's code printed, for the student alone."""

    @property
    def points(self) -> int:
        return sum(one.points for one in self.seen)

    @property
    def of(self) -> int:
        return sum(one.of for one in self.seen)

    @property
    def verdict(self) -> str:
        """ "pass" only where every check has passed."""
        verdicts = {one.verdict for one in self.seen}
        return "unknown" if "unknown" in verdicts else "fail" if "fail" in verdicts or not verdicts else "pass"


def judge(
    exercise: Exercise, seam: bytes, way: Way, seed: int, hidden: bool,
    on_step: Callable[[str], None] = lambda step: None,
) -> Judged:  # fmt: skip
    """Run the checks on what the student wrote. Raises LabError where the machine, not the student, falls short."""
    transcript = Transcript()
    evidence = Evidence(digest(seam), exercise.fingerprint(), seed, way.name)
    checks = exercise.checks(hidden)
    judged = Judged(exercise.id, [], evidence)
    began = time.monotonic()
    on_step("starting what it needs")
    with case_of(exercise, seam, way, seed, transcript, evidence) as case:
        try:
            on_step(f"importing {exercise.seam}")
            case.load()
        except Trouble as trouble:
            judged.trouble = _shortened(str(trouble))
        for one, is_hidden in checks:
            on_step(one.says)
            if judged.trouble:
                judged.seen.append(_failed(one, "not run: see above", is_hidden))
            elif not hidden and sum(seen.why.startswith(EXPLAINED["hang"]) for seen in judged.seen) >= HANGS:
                judged.seen.append(_failed(one, "not run: your code did not return twice", is_hidden))
            elif time.monotonic() - began > ALTOGETHER:
                why = f"not run: the checks before took more than {ALTOGETHER:g} s"
                judged.seen.append(_failed(one, why, is_hidden))
            else:
                judged.seen.append(look(one, case, is_hidden))
        judged.printed = [line[:200] for line in printed(case.place.run)]
        evidence.theirs = round(case.theirs.seconds, 3)
    evidence.transcript = transcript.lines()
    evidence.seconds = round(time.monotonic() - began, 3)
    return judged


def unjudged(exercise: Exercise, verdict: Verdict, why: str, seed: int = 0) -> Judged:
    """The same verdict for every check, hidden ones too, and no points: nothing of the student's was run."""
    seen = [
        Seen(one.name, one.says, verdict, 0, one.points, why=why, hint=one.hint, hidden=hidden)
        for one, hidden in exercise.checks(hidden=True)
    ]
    return Judged(exercise.id, seen, Evidence("", exercise.fingerprint(), seed, "none"), why)


def _failed(one: Check, why: str, hidden: bool) -> Seen:
    """A check that has failed before anything could be measured."""
    return Seen(one.name, one.says, "fail", 0, one.points, why=_shortened(why), hint=one.hint, hidden=hidden)


def _shortened(text: str) -> str:
    """Students' code can say megabytes."""
    lines = [line if len(line) <= 1000 else f"{line[:800]} … {line[-150:]}" for line in text.splitlines()]
    return "\n".join(lines if len(lines) <= 80 else [*lines[:40], f"… {len(lines) - 80} lines …", *lines[-40:]])


def look(one: Check, case: Called | Staged, hidden: bool) -> Seen:
    """Run a check on a case that is loaded, again where it cannot tell."""
    case.transcript.note(f"# {one.name}")
    unclear = ""
    for _ in range(1 + AGAIN):
        if isinstance(case, Staged):
            case.raised = []
        try:
            found = one.measure(case)
        except Trouble as trouble:
            return _failed(one, str(trouble) + ("" if trouble.lines else _raised(case)), hidden)
        except Unclear as doubt:
            unclear = str(doubt)
            continue
        passed = found.bound.holds(found.value)
        return Seen(
            one.name, one.says, "pass" if passed else "fail", one.points if passed else 0, one.points,
            f"{found.value:,.4g} {found.unit}".strip(), str(found.bound), found.workload,
            example="" if passed else _shortened(found.example + _raised(case)), hint=one.hint, hidden=hidden,
        )  # fmt: skip
    why = f"the machine could not tell: {unclear}"
    return Seen(one.name, one.says, "unknown", 0, one.points, why=why, hint=one.hint, hidden=hidden)


def _raised(case: Called | Staged) -> str:
    """What the student's code raised where the app answered with 500, if it did."""
    if not (isinstance(case, Staged) and case.raised):
        return ""
    return "\n".join(["", f"    {EXPLAINED['error']}:", *(f"        {line}" for line in case.raised)])


@contextmanager
def case_of(
    exercise: Exercise, seam: bytes, way: Way, seed: int, transcript: Transcript, evidence: Evidence
) -> Iterator[Called | Staged]:
    """What the checks are run on, with the servers that it needs; all of it is gone when the block ends."""
    with ExitStack() as ending:
        if exercise.staged:
            run = ending.enter_context(running(_stage(exercise), processes=False))
            place = Place(run.run)
            place.lay_out(exercise, seam)
            evidence.provider = run.provider
            evidence.servers = {name: f"{server.kind} {server.version}" for name, server in run.servers.items()}
            case: Called | Staged = Staged(exercise, place, way, seed, transcript, run, evidence)
        else:
            place = Place(ending.enter_context(held_run()))
            place.lay_out(exercise, seam)
            case = Called(exercise, place, way, seed, transcript)
        ending.callback(case.close)
        yield case


def _stage(exercise: Exercise) -> type[Minigram]:
    """The exercise's stage. Its file is the course's own and imports the student's only where a part is built."""
    return at(f"{package(exercise.root, 'exercises')}.{exercise.stem}.{exercise.name}.stage:Student")
