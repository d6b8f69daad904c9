"""Chapter 4, broken on purpose: one thing wrong in each. A claim that no chaff breaks would be worth nothing."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from minigram.addresses import Need, Process
from minigram.databases import Rows, Unavailable
from minigram.databases.replicated.node import ReplicatedNode, Values
from minigram.databases.replicated.position import Mark
from minigram.databases.replicated.roles import Group
from minigram.databases.replicated.session import Places, Session
from minigram.sessions.places import KeptPlaces
from minigram.sessions.shared import Store
from minigram.stages.ch03_sharding import Sharded
from minigram.stages.ch04_replicas import Replicas
from minigram.system import part

if TYPE_CHECKING:
    from minigram.databases.replicated.home import ReplicatedDatabase
    from minigram.sessions.places import PlacedSessions


class DirectoryWithout(Replicas):
    """The server of the directory and of the map is that of chapter 3, without its replicas."""

    @part
    def main(self) -> "ReplicatedDatabase":
        return cast("ReplicatedDatabase", Sharded.main.build(self))


class SessionsAnywhere(Replicas):
    """A session begins as in chapter 3: at a replica that may not know the person yet."""

    @part
    def sessions(self) -> "PlacedSessions":
        return cast("PlacedSessions", Sharded.sessions.build(self))


class NothingKept(Replicas):
    """A request knows what it has written itself; the next one does not."""

    @part
    def places(self) -> KeptPlaces:
        return _KeepsNothing(Store(self.addresses.servers["sessions"]))


class _KeepsNothing(KeptPlaces):
    def load(self, token: str) -> Places:
        return {}

    def save(self, token: str, places: Places) -> None:
        pass


class Nodes(Replicas):
    """The groups are nodes of another class."""

    node: ClassVar[type[ReplicatedNode]]

    def reach(self, server: str) -> ReplicatedNode:
        found = super().reach(server)
        found.__class__ = self.node
        return found


class _AllFromPrimary(ReplicatedNode):
    def read(self, query: bytes, values: Values) -> Rows:
        return self._read_primary(query, values)


class AllFromPrimaries(Nodes):
    """Replicas follow, and nobody reads from them."""

    node = _AllFromPrimary


class _OneForAll(ReplicatedNode):
    def _choice(self, group: Group, session: Session | None) -> Iterator[str]:
        return iter(group.replicas[:1])


class OneForAll(Nodes):
    """Of several replicas the same one is always asked."""

    node = _OneForAll


class _Roams(ReplicatedNode):
    def _choice(self, group: Group, session: Session | None) -> Iterator[str]:
        return iter(random.sample(group.replicas, len(group.replicas)))

    def _suits(self, replica: str, session: Session | None) -> bool:
        return True


class Roams(Nodes):
    """A session changes replicas freely, and takes no mark along."""

    node = _Roams


class _Careful(ReplicatedNode):
    def _committed(self, generation: int) -> None:
        goal, end = self._position(), time.monotonic() + 2  # longer than the notebook lets a replica be late
        for replica in self._roles.of(self._group).replicas:
            while Mark.of(self._nodes[replica].read(Mark.OF_REPLICA, {})).lsn < goal.lsn:
                if time.monotonic() > end:
                    raise Unavailable("no replica has this yet")
                time.sleep(0.001)
        super()._committed(generation)


class Careful(Nodes):
    """The app itself waits for all replicas before it acknowledges."""

    node = _Careful


class Impatient(Replicas):
    """A read never waits, whatever its patience is."""

    @part
    def main(self) -> "ReplicatedDatabase":
        ReplicatedNode._suits = _at_once  # type: ignore[assignment, method-assign]
        return super().main


_suits = ReplicatedNode._suits


def _at_once(node: ReplicatedNode, replica: str, session: Session | None) -> bool:
    node._patience = 0.0
    return _suits(node, replica, session)


class Changed(Replicas):
    """Settings of all PostgreSQLs of a kind are others, and cannot be changed while they run."""

    primaries: ClassVar[dict[str, str]] = {}
    replicated: ClassVar[dict[str, str]] = {}

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        more = {"primary": cls.primaries, "replica": cls.replicated}
        return tuple(replace(n, settings={**n.settings, **more.get(n.kind, {})}) for n in super().needs())


class AlwaysLate(Changed):
    """Replicas apply every commit 60 ms after it was made."""

    replicated: ClassVar = {"recovery_min_apply_delay": "60ms"}


class NobodyWaits(Changed):
    """A commit waits for the disk of its primary alone, whatever was said of replicas."""

    primaries: ClassVar = {"synchronous_commit": "local"}


class UntilSeen(Changed):
    """A commit that waits for a replica waits until that shows it, and replicas are late."""

    primaries: ClassVar = {"synchronous_commit": "remote_apply"}
    replicated: ClassVar = {"recovery_min_apply_delay": "200ms"}


class Watched(Replicas):
    """The watch is another one."""

    how: ClassVar[str]

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        watch = Process("watch", ("tests.ch04_replicas.watches", cls.how))
        return tuple(watch if process.name == "watch" else process for process in super().processes())


class NobodyWatches(Watched):
    """Nobody promotes."""

    how = "nobody"


class OldOneComesBack(Watched):
    """A primary that comes back is made a primary again."""

    how = "again"


class NobodyFences(Watched):
    """A primary that stood still until another one was promoted wakes up, and nobody tells it."""

    how = "unfenced"


class Applied(Watched, Changed):
    """Every commit waits until a replica shows it: then nobody needs a mark."""

    how = "synchronous"
    primaries: ClassVar = {"synchronous_commit": "remote_apply"}
