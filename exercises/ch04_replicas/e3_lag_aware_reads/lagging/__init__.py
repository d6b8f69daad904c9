"""Comments on a photo, and how old a page of them may be."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from exercises.ch04_replicas.e3_lag_aware_reads.stage import OLDEST, PRIMARY
from minigram.course.judge import Staged
from minigram.course.judge.staged import Member
from minigram.course.judge.trouble import Trouble

TOGETHER = 8
"""Reads on their way at a time: one web process alone has a thread for each of them."""


@dataclass
class Talk:
    """The comments on one photo. `lines` tells what happened, `lacking` what was wrong."""

    case: Staged
    photo: int

    def __post_init__(self) -> None:
        self.lines: list[str] = []
        self.lacking: list[str] = []
        self._names: dict[str, str] = {}

    def post(self, who: Member) -> tuple[str, str]:
        """Somebody comments through the app; the id, and the mark. Raises Trouble where that fails."""
        answer = self.case.request("POST", f"/fresh/{self.photo}", who, {"text": "so blue"})
        found = answer.data()
        if answer.status != 201 or not isinstance(found, dict) or "mark" not in answer.headers:
            raise Trouble("answer", f"POST /fresh/{self.photo} was answered with {answer.status} {answer.text[:100]}")
        return self._new(str(found["id"]), "is posted"), answer.headers["mark"]

    def appears(self) -> str:
        """Somebody else's comment is written on the primary, and acknowledged; its id."""
        row = "INSERT INTO s0000.comments (photo_id, person_id, text) VALUES (%s, 1, 'so red') RETURNING id"
        return self._new(str(self.case.sql(row, self.photo, server=PRIMARY)[0][0]), "of somebody else is written")

    def read(self, mark: str | None = None) -> list[str] | int:
        """The ids that the page shows, or the status where it is not 200."""
        headers = {} if mark is None else {"Mark": mark}
        answer = self.case.try_request("GET", f"/fresh/{self.photo}", headers=headers)
        match answer.data() if answer.status == 200 else None:
            case {"comments": list(ids)}:
                return [str(id) for id in ids]
        return answer.status

    def reads(self, count: int, *marks: str | None) -> list[list[str] | int]:
        """So many reads, several at a time, with these marks in turn."""
        chosen = (marks or (None,)) * count
        return self.case.at_once([partial(self.read, mark) for mark in chosen[:count]], TOGETHER)

    def until(self, moment: float) -> None:
        """Others go on reading until then (`time.monotonic()`)."""
        while (left := moment - time.monotonic()) > 0:
            self.reads(4)
            time.sleep(min(0.15, left))

    def must_show(self, comment: str, found: Sequence[list[str] | int], what: str, allowed: Sequence[int] = ()) -> None:
        """Notes what is wrong where a page does not show the comment; a status that is allowed is right, too."""
        self.lines.append(f"{what}: {len(found)} reads")
        bad = [one for one in found if (one not in allowed if isinstance(one, int) else comment not in one)]
        if bad:
            statuses = sorted({f"status {one}" for one in bad if isinstance(one, int)})
            name = self._names[comment]
            told = f"were answered with {', '.join(statuses)}" if statuses else f"did not show {name}"
            self.lacking.append(f"{len(bad)} of {len(found)} {told}")
            self.lines.append(f"   {self.lacking[-1]}")

    def example(self) -> str:
        return "\n".join(f"    {line}" for line in self.lines)

    def _new(self, id: str, how: str) -> str:
        self._names[id] = f"comment {len(self._names) + 1}"
        self.lines.append(f"{self._names[id]} {how}")
        return id


def talk(case: Staged) -> tuple[Talk, Member]:
    """A new photo without comments, and somebody who may write one."""
    ann, ben = case.people(2)
    rows = case.sql(
        "INSERT INTO s0000.photos (author_id, media, width, height, caption) VALUES (%s, 'none', 1, 1, '') "
        "RETURNING id",
        ann.id, server=PRIMARY,
    )  # fmt: skip
    return Talk(case, int(rows[0][0])), ben


def too_old() -> float:
    """The moment from which everybody must see what is acknowledged now."""
    return time.monotonic() + OLDEST
