"""Going through all rows for what is half done."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, delete, select

from minigram.databases.sharded.home import Shard
from minigram.directory import handles
from minigram.events import Followed, PersonDeleted, Unfollowed, runs_once
from minigram.repair import statements as find
from minigram.social.tables import followers, following, people

if TYPE_CHECKING:
    from minigram.stages.ch03_sharding import Sharded


@dataclass(frozen=True)
class Finding:
    """Something half done, in a sentence, and what puts it right. Mending it twice does no harm."""

    says: str
    mend: Callable[[], None]


def findings(system: "Sharded") -> Iterator[Finding]:
    """What is half done, as it is found; mended, if at all, before the next is asked for. Raises Unavailable."""
    look = _Look(system)
    yield from look.outboxes()
    for shard in system.databases.every():
        yield from look.people_without_handles(shard)
        yield from look.left_behind(shard)
        yield from look.edges(shard, following, followers)
        yield from look.edges(shard, followers, following)
    yield from look.handles_without_people()


class _Look:
    def __init__(self, system: "Sharded") -> None:
        self._system, self._databases = system, system.databases

    def outboxes(self) -> Iterator[Finding]:
        """Events that nobody has handed over."""
        for server in self._databases.map.servers():
            for row in self._databases.routes.node(server).fresh.read(find.WAITING, [find.RELAY]):
                says = f"{row.count} events by person {row.by} have waited in the outbox of {server}"
                yield Finding(says, partial(self._hand_over, server, row.by, row.at))

    def people_without_handles(self, shard: Shard) -> Iterator[Finding]:
        """Sign-ups that stopped after the person: nobody can find them, and their names are free."""
        for batch in find.pages(shard, find.PEOPLE, "id"):
            wanted = [handle for row in batch for handle in (row.name, row.email)]
            found = {row.person_id for row in self._main.fresh.read(find.OWNERS, handles=wanted)}
            for row in batch:
                if row.id in found or not self._is_here(row.id):
                    continue
                if not self._main.fresh.read(find.HANDLES_OF, person=row.id):
                    says = f"person {row.id} ({row.name}) at {shard.schema} has no handle: nobody can find them"
                    yield Finding(says, partial(self._finish_sign_up, shard, row))

    def left_behind(self, shard: Shard) -> Iterator[Finding]:
        """Ends of edges, likes and comments of people who have left."""
        for batch in find.pages(shard, find.NAMED, "person"):
            for person in self._gone([row.person for row in batch]):
                if shard.fresh.read(find.NAMED, after=person - 1)[:1] == [(person,)]:
                    says = (
                        f"person {person} has left, and {shard.schema} still has an edge, a like or a comment of theirs"
                    )
                    yield Finding(says, partial(self._follow_up, shard, person))

    def edges(self, shard: Shard, here: Table, there: Table) -> Iterator[Finding]:
        """Edges that one end has and the other has not. What the follower's end says is right."""
        one, other = find.ENDS[here]
        for batch in find.pages(shard, find.EDGES[here], one, other):
            by_home: dict[int, list[Any]] = defaultdict(list)
            for row in batch:
                by_home[self._databases.of(row[1]).number].append(row)
            for number, rows in by_home.items():
                at = self._databases.shard(number)
                ones, others = [row[1] for row in rows], [row[0] for row in rows]
                for missing in at.fresh.read(find.MISSING[there], ones=ones, others=others):
                    yield from self._edge(shard, at, here, there, missing.other, missing.one)

    def handles_without_people(self) -> Iterator[Finding]:
        """Names and addresses of people who have left."""
        for batch in find.pages(self._main, find.HANDLES, "handle"):
            gone = self._gone([row.person_id for row in batch])
            for row in batch:
                if row.person_id in gone and self._main.fresh.read(find.HANDLES_OF, person=row.person_id):
                    says = f"the handle {row.handle} belongs to person {row.person_id}, who has left"
                    yield Finding(says, partial(self._release, row))

    def _edge(self, shard: Shard, at: Shard, here: Table, there: Table, one: int, other: int) -> Iterator[Finding]:
        follower, followee = (one, other) if here is following else (other, one)
        under_way = self._under_way(follower)
        again = at.fresh.read(find.MISSING[there], ones=[other], others=[one])
        still = not shard.fresh.read(find.MISSING[here], ones=[one], others=[other])
        if under_way or not again or not still or not (self._is_here(follower) and self._is_here(followee)):
            return  # or somebody has left: those are found as what they have left behind
        says = (
            f"{follower} follows {followee}: {here.name} at {shard.schema} has it, {there.name} at {at.schema} has not"
        )
        yield Finding(says, partial(self._tell_again, follower, followee))

    @property
    def _main(self) -> Any:
        return self._system.main.every()[0]

    def _gone(self, ids: Sequence[int]) -> set[int]:
        """Who of these has left for good: not here, and nothing of theirs is under way."""
        wanted = sorted(set(ids))
        here = {row.id for row in self._databases.each(wanted, find.HERE, limit=len(wanted))}
        return {id for id in wanted if id not in here and not self._under_way(id) and not self._is_here(id)}

    def _is_here(self, person: int) -> bool:
        return bool(self._databases.of(person).fresh.read(find.HERE, ids=[person]))

    def _under_way(self, person: int) -> bool:
        home = self._databases.of(person)
        return bool(home.fresh.read(find.UNDER_WAY, person=person))

    def _hand_over(self, server: str, by: int, at: str | None) -> None:
        while at is not None:
            at = self._system.hand_over.step(server, by, at)

    def _finish_sign_up(self, shard: Shard, row: Any) -> None:
        """Who has done nothing goes, as after any sign-up that fails; whoever has, must have had handles."""
        if shard.fresh.read(find.ACTIVE, person=row.id)[0][0]:
            self._system.directory.claim(row.id, row.name, row.email)
            return
        with shard.begin() as tx:
            tx.execute(delete(people).where(people.c.id == row.id))

    def _follow_up(self, shard: Shard, person: int) -> None:
        with shard.begin() as tx:
            for handle in self._system.handlers()[PersonDeleted]:
                if not runs_once(handle):
                    handle(tx, PersonDeleted(person, "", ""))

    def _tell_again(self, follower: int, followee: int) -> None:
        """Publish what the follower's end says. Nobody else can change it meanwhile: who follows waits for the person's
        row, who unfollows for the edge's."""
        with self._databases.of(follower).begin() as tx:
            tx.execute(select(people.c.id).where(people.c.id == follower).with_for_update())
            edge = select(following).where(following.c.follower_id == follower, following.c.followee_id == followee)
            kind = Followed if tx.execute(edge.with_for_update()) else Unfollowed
            self._system.events.publish(tx, kind(follower, followee))

    def _release(self, row: Any) -> None:
        with self._main.begin() as tx:
            tx.execute(delete(handles).where(handles.c.handle == row.handle, handles.c.person_id == row.person_id))
