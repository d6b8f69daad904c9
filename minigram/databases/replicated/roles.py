"""Who is the primary of a group: one small file a group, on the disk that all web servers share.

The file stands in for the store that production keeps this in (etcd, Consul, ZooKeeper), which several machines agree
on, and which survives the loss of any of them. It is changed under a lock and replaced in one step, so whoever reads it
sees the state before or after a change. Looking costs a `stat`.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Group:
    """`primary` is None while another one is being promoted; then `former` is who was it, and `successor` the replica
    that has been asked to be it. `replicas` are those in service: they follow the primary, have caught up once, and may
    be read from and promoted. `generation` grows with each change of the primary.

    Where it is `synchronous` a commit is acknowledged once a replica has it, too, as long as there is one in service.

    Who is `astray` may have become a primary without being named one, and may have written what nobody was told: before
    it comes back it forgets all that it has.
    """

    name: str
    primary: str | None
    replicas: tuple[str, ...] = ()
    generation: int = 1
    synchronous: bool = False
    former: str | None = None
    successor: str | None = None
    astray: tuple[str, ...] = ()


def beside(media: str | os.PathLike[str]) -> "Roles":
    """The roles of the app that keeps its photos there."""
    return Roles(Path(media).with_name("primaries"))


class Roles:
    def __init__(self, place: Path) -> None:
        """`place` is the directory of the files."""
        self._place = place
        self._seen: dict[str, tuple[object, Group]] = {}

    def all(self) -> list[Group]:
        """Every group, by name."""
        return [self.of(file.stem) for file in sorted(self._place.glob("*.json"))]

    def of(self, group: str) -> Group:
        """As of now. Raises LookupError where nobody has begun the group."""
        file = f"{self._place}/{group}.json"  # asked before each read: a Path takes longer to make than to look at
        try:
            state = os.stat(file)
            stamp = (state.st_ino, state.st_mtime_ns)
            seen = self._seen.get(group)
            if seen is None or seen[0] != stamp:
                found = json.loads(Path(file).read_text())
                seen = stamp, Group(**{**found, **{name: tuple(found[name]) for name in ("replicas", "astray")}})
                self._seen[group] = seen
            return seen[1]
        except FileNotFoundError as error:
            raise LookupError(f"there is no group '{group}' in {self._place}") from error

    def save(self, group: Group) -> None:
        """For the first time, or while `changing`."""
        self._place.mkdir(mode=0o700, exist_ok=True)
        draft = self._file(group.name).with_suffix(f".{os.getpid()}.draft")
        draft.write_text(json.dumps(asdict(group)))
        draft.replace(self._file(group.name))

    @contextmanager
    def changing(self, group: str) -> Iterator[Group]:
        """The group, while nobody else changes it. The lock goes with its process, however that ends."""
        with self._file(group).with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.of(group)

    def _file(self, group: str) -> Path:
        return self._place / f"{group}.json"
