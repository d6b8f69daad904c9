"""PostgreSQL dies in the middle of a load and comes back: what people saw, and what became of what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from minigram.databases import Databases
from minigram.lab.experiments.crowd import system_of
from minigram.lab.faults import kill
from minigram.lab.load import Known, Mix, Result, everyday, open_loop
from minigram.lab.load.result import Write
from minigram.lab.people import Residents
from minigram.lab.running import Running
from minigram.media import SIZES, Media
from minigram.social.errors import Missing
from minigram.social.tables import comments, likes, photos

# Nothing is taken back in this mix, so that whatever was acknowledged has to be there afterwards.
WRITING = Mix(everyday.__name__, {"home_feed": 40, "photo": 20, "like": 20, "comment": 15, "post": 5})


@dataclass(frozen=True)
class Crash:
    """The run, from when to when the server was down (seconds), and the acknowledged writes that are gone."""

    result: Result
    down: float
    up: float
    lost: Sequence[Write]

    @property
    def acknowledged(self) -> dict[str, int]:
        """How many of each kind were acknowledged."""
        kinds = [write.action for write in self.result.acknowledged]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}

    @property
    def unanswered(self) -> int:
        """Requests that got no answer at all within their patience."""
        return self.result.errors.get("timeout", 0)

    def errors_between(self, begin: float, end: float) -> int:
        return sum(moment.errors for moment in self.result.series(0.1) if begin <= moment.at < end)


def crash(
    run: Running,
    residents: Residents,
    known: Known,
    rate: float,
    seconds: float,
    server: str = "main",
    seed: int = 1,
) -> Crash:
    """Kill the server a third into an open-loop run, start it again a sixth later, and look for what was promised."""
    fault = kill(run.servers[server], after=seconds / 3, restart_after=seconds / 6)
    result = open_loop(run.url, WRITING, known, rate=rate, seconds=seconds, seed=seed, beside=[fault])
    down, _, up = (event.at for event in result.events)
    ids = dict(zip(residents.names, residents.ids, strict=True))
    system = system_of(run)
    lost = [w for w in result.acknowledged if not kept(system.databases, system.media, w, ids[w.person or ""])]
    return Crash(result, down, up, lost)


def kept(databases: Databases, media: Media, write: Write, person: int) -> bool:
    """Whether the databases still have what this write was told that they have."""
    if write.action == "like":
        photo = int(write.path.split("/")[3])
        mine = (likes.c.photo_id == photo, likes.c.person_id == person)
        return bool(databases.of(photo).read(select(likes.c.photo_id).where(*mine)))
    id = int(write.id or 0)
    if write.action == "comment":
        return bool(databases.of(id).read(select(comments.c.id).where(comments.c.id == id)))
    rows = databases.of(id).read(select(photos.c.media).where(photos.c.id == id))
    try:
        return bool(rows) and all(media.find(rows[0].media, size) for size in SIZES)
    except Missing:
        return False
