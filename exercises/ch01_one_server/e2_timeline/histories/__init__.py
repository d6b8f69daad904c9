"""Histories: photos come and go while somebody turns the pages. They are done in the real app and told line by line."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from exercises.ch01_one_server.e2_timeline.histories.asking import follow, page
from exercises.ch01_one_server.e2_timeline.histories.model import DAY, Add, Delete, Model, Step, Turn, time
from minigram.course.judge import Measured, Staged, exactly
from minigram.course.judge.staged import Member
from minigram.course.judge.trouble import Trouble

__all__ = ["DAY", "FOLLOWED", "PEOPLE", "Add", "Delete", "Step", "Turn", "judged"]

FOLLOWED = ("ann", "ben")
PEOPLE = ("you", *FOLLOWED, "eve")
"""You follow Ann and Ben. Eve follows you, and you do not follow her."""


def judged(case: Staged, histories: Iterable[list[Step]], workload: str) -> Measured:
    """Whether every page of every history is right; the example is the smallest history that we find in which not."""
    people = dict(zip(PEOPLE, case.people(len(PEOPLE)), strict=True))
    follow(case, people["you"], [people[name] for name in FOLLOWED])
    follow(case, people["eve"], [people["you"]])
    for history in histories:
        if lines := _until_wrong(case, people, history):
            steps = enumerate(_smallest(case, people, history, lines), 1)
            example = "".join(f"\n    {number}. {line}" for number, line in steps)
            told = "    you follow ann and ben; a photo with a greater number has a greater id"
            return Measured(1, exactly(0), "wrong pages", workload, told + example)
    return Measured(0, exactly(0), "wrong pages", workload)


def _until_wrong(case: Staged, people: dict[str, Member], history: Sequence[Step]) -> list[str]:
    """A line for each step up to the first page that is wrong; nothing where all are right."""
    telling = _Telling(case, people)
    for kind, grouped in groupby(history, type):
        steps = list(grouped)
        if kind is Add:  # those that follow upon each other go to PostgreSQL together
            telling.add([step for step in steps if isinstance(step, Add)])
        for step in steps:
            if isinstance(step, Delete):
                telling.delete(step)
            elif isinstance(step, Turn) and not telling.turn(step.limit):
                return telling.lines
    return []


def _smallest(case: Staged, people: dict[str, Member], history: Sequence[Step], lines: list[str]) -> list[str]:
    """Leave out steps as long as a page is still wrong, many at once and then one by one; the lines of what is left."""
    steps = list(history[: len(lines)])
    if sum(isinstance(step, Turn) for step in steps) > 1:  # what goes wrong between pages needs fewest photos so
        ones = [one for step in steps for one in ([Turn(1)] * step.limit if isinstance(step, Turn) else [step])]
        if finer := _until_wrong(case, people, ones):
            steps, lines = ones[: len(finer)], finer
    many = len(steps) // 2
    while many:
        before = len(steps)
        for at in reversed(range(0, before, many)):
            fewer = steps[:at] + steps[at + many :]
            if shorter := _until_wrong(case, people, fewer):
                steps, lines = fewer[: len(shorter)], shorter
        if many > 1 or len(steps) == before:
            many //= 2
    return lines


class _Telling:
    """One history, as far as it has come: what is in the model is in PostgreSQL too."""

    def __init__(self, case: Staged, people: dict[str, Member]) -> None:
        self.lines: list[str] = []
        self._case, self._people, self._model = case, people, Model()
        self._ids: dict[int, str] = {}
        self._cursor: str | None = None
        self._given = 0
        case.sql("DELETE FROM photos WHERE author_id = ANY(%s)", [person.id for person in people.values()])

    def add(self, photos: Sequence[Add]) -> None:
        rows = self._case.sql(
            "INSERT INTO photos (author_id, media, width, height, caption, posted_at) SELECT author, 'none', 1, 1, '', "
            "at FROM unnest(%s::bigint[], %s::timestamptz[]) AS new (author, at) RETURNING id",
            [self._people[photo.author].id for photo in photos],
            [time(photo.at) for photo in photos],
        )
        for photo, (id,) in zip(photos, rows, strict=True):
            self._ids[photo.photo] = str(id)
            if photo.author != "eve":
                self._model.add(photo)
            self.lines.append(f"{photo.author}: photo {photo.photo}, posted_at {time(photo.at):%Y-%m-%d %H:%M:%S.%f}")

    def delete(self, step: Delete) -> None:
        photo = self._model.last if step.photo is None else step.photo
        self._model.delete(photo)
        self._case.sql("DELETE FROM photos WHERE id = %s::bigint", self._ids.get(photo))
        self.lines.append(f"photo {photo} is deleted")

    def turn(self, limit: int) -> bool:
        """Whether the page is the right one."""
        expected = _told(*self._model.turn(limit))
        asked = f"GET /timeline?limit={limit}" + (f"&cursor=<next of step {self._given}>" if self._cursor else "")
        try:
            ids, self._cursor = page(self._case, self._people["you"], limit, self._cursor)
            numbers = {id: number for number, id in self._ids.items()}
            found = _told([numbers.get(id, f"id {ascii(id)[:40]}") for id in ids], self._cursor is not None)
        except Trouble as trouble:
            if trouble.kind not in ("error", "answer"):
                raise
            found = str(trouble).replace("\n", "\n                ")
        right = found == expected
        compared = f"\n       expected {expected}\n       found    {found}"
        self.lines.append(asked + (f": {found}" if right else compared))
        self._given = len(self.lines)
        return right


def _told(photos: Sequence[object], more: bool) -> str:
    return f"photos [{', '.join(map(str, photos))[:500]}], next {'a cursor' if more else 'null'}"
