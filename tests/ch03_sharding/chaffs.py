"""Chapter 3, broken on purpose: one thing wrong in each. A claim that no chaff breaks would be worth nothing."""

import itertools
import re
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, cast

from psycopg import sql
from sqlalchemy import Executable

from minigram.databases import AnySelect, Rows, Unavailable, ids, ids_repaired
from minigram.databases.sharded.databases import ShardedDatabases
from minigram.databases.sharded.home import Shard
from minigram.databases.sharded.map import Place
from minigram.directory import Directory
from minigram.stages.ch02_web_tier import WebTier
from minigram.stages.ch03_sharding import Sharded
from minigram.system import part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minigram.databases import Transaction
    from minigram.databases.sharded.moving.moves import Move
    from minigram.databases.sharded.moving.site import Site
    from minigram.events import Event
    from minigram.lab.experiments.ids import Filled
    from minigram.lab.experiments.ids_schemas import Connection
    from minigram.outbox.hand_over import HandOver
    from minigram.outbox.publishing import Outbox

Making = Callable[..., tuple[str, ...]]


class Lopsided(Sharded):
    """A new person's home is nearly always the same shard."""

    @part
    def databases(self) -> ShardedDatabases:
        return _put_into(super().databases, _Lopsided)


class _Lopsided(ShardedDatabases):
    _draws = itertools.count()

    def draw(self) -> Shard:
        return self._shards[max(0, next(self._draws) % 20 - 16)]


class EveryShard(Sharded):
    """The homes of many ids are asked shard by shard."""

    @part
    def databases(self) -> ShardedDatabases:
        return _put_into(super().databases, _EveryShard)


class _EveryShard(ShardedDatabases):
    def each(self, ids: Sequence[int], query: AnySelect, limit: int, **params: object) -> Rows:
        shards = {self._number(id) for id in ids}
        some = [[id for id in ids if self._number(id) == shard] for shard in shards]
        rows = [row for few in some for row in super(_EveryShard, self).each(few, query, limit, **params)]
        return sorted(rows, key=lambda row: int(row.id), reverse=True)[:limit]


class InLine(Sharded):
    """Servers are asked one after the other."""

    @part
    def databases(self) -> ShardedDatabases:
        found = super().databases
        found._many._threads = cast(Any, _AtOnce())
        return found


class _AtOnce(Executor):
    def submit(self, deed: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(deed(*args, **kwargs))
        return done


class Broadcast(Sharded):
    """Every server is asked about every id, as if ids did not tell where they lie."""

    @part
    def databases(self) -> ShardedDatabases:
        return _put_into(super().databases, _Broadcast)


class _Broadcast(ShardedDatabases):
    def of(self, id: int) -> Shard:
        return cast(Shard, _Everywhere(super().of(id), self._shards[:4]))


class _Everywhere:
    def __init__(self, home: Shard, others: Sequence[Shard]) -> None:
        self._home, self._others = home, others
        self.number, self.schema, self.begin, self.ids, self.copy = (
            home.number, home.schema, home.begin, home.ids, home.copy,
        )  # fmt: skip

    @property
    def fresh(self) -> "_Everywhere":
        return self

    def read(self, statement: Executable, **params: object) -> Rows:
        for other in self._others:
            other.read(statement, **params)
        return self._home.read(statement, **params)


class Within(Sharded):
    """What has happened is followed up where it happened, as in chapter 2."""

    @part
    def events(self) -> "Outbox":
        return cast("Outbox", WebTier.events.build(self))


class Forgetful(Sharded):
    """Nobody writes down what has happened."""

    @part
    def events(self) -> "Outbox":
        return cast("Outbox", _Nothing())


class _Nothing:
    def publish(self, tx: "Transaction", event: "Event") -> None: ...


class LateRelay(Sharded):
    """The relay leaves what waits in an outbox to its publisher for a minute."""

    @part
    def hand_over(self) -> "HandOver":
        if relay := getattr(sys.modules["__main__"], "Relay", None):  # we are in its process
            relay.hand_over.__defaults__ = (60.0,)
        return super().hand_over


class AsksTwice(Sharded):
    """Whoever looks for a name asks the directory twice."""

    @part
    def directory(self) -> Directory:
        found = super().directory
        found.__class__ = _AsksTwice
        return found


class _AsksTwice(Directory):
    def find(self, handle: str) -> int | None:
        super().find(handle)
        return super().find(handle)


class NumbersOfTheirOwn(Sharded):
    """Photos and comments get a number from their table, as in chapter 2."""

    @classmethod
    def create(cls, shards: "Iterable[int]") -> tuple[str, ...]:
        own = "GENERATED BY DEFAULT AS IDENTITY"
        return tuple(_numbered(statement, own) for statement in super().create(shards))


def _numbered(statement: str, own: str) -> str:
    if not any(f".{table} (" in statement.partition("\n")[0] for table in ("photos", "comments")):
        return statement
    begin, _, rest = statement.partition(" DEFAULT s")
    return f"{begin} {own} {rest.partition('()')[2]}" if rest else statement


class EveryTwentieth(Sharded):
    """Ids are multiples of twenty, as where twenty counters take turns: then `% 4` and `% 5` tell none from another."""

    @classmethod
    def create(cls, shards: "Iterable[int]") -> tuple[str, ...]:
        made = re.compile(r"(\(\(.*) \| (\(\d+::bigint << 10\)) \| (\(pg_catalog\.nextval\(.*\)) % 1024\)")
        twentieth = r"(((\1 | \2) + 19) / 20 + \3 % 50)) * 20"
        return tuple(made.sub(twentieth, statement) for statement in super().create(shards))


class OldMap(Sharded):
    """After a refusal no web server reads the map again."""

    @part
    def databases(self) -> ShardedDatabases:
        found = super().databases

        def after(refused: Place) -> Place:
            raise Unavailable("it was there")

        if "minigram.web.wsgi" in sys.modules:
            found.map.after = after  # type: ignore[method-assign]
        return found


class Patched(Sharded):
    """What belongs to no part: changed where the notebook runs, once the servers do."""

    @staticmethod
    def patch() -> None:
        raise NotImplementedError

    @part
    def databases(self) -> ShardedDatabases:
        self.patch()
        return super().databases


class NotDrained(Patched):
    """A shard changes its owner without a look at what has changed since its rows were copied."""

    @staticmethod
    def patch() -> None:
        from minigram.databases.sharded.moving import copying, cut_over

        def catch_up(move: "Move", source: "Site", target: "Site", patience: float) -> None:
            target.ask(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(sql.Identifier(move.name)))

        copying.catch_up = catch_up
        cut_over._quiet = _nothing
        cut_over._same = _nothing


class NotRevoked(Patched):
    """The old owner goes on letting everybody in, until it is cleared."""

    @staticmethod
    def patch() -> None:
        from minigram.databases.sharded.moving import cut_over

        cut_over._withdraw = _nothing


class NotCleared(Patched):
    """The old owner of the last shard that moves has its schema, or has it again."""

    @staticmethod
    def patch() -> None:
        from minigram.databases.sharded.moving.mover import Mover

        clear, leave, last = Mover._clear, Mover.__exit__, dict[str, str]()

        def clear_and_note(mover: Mover, move: "Move") -> None:
            clear(mover, move)
            last.update(source=move.source, schema=move.schema)

        def leave_something(mover: Mover, *error: object) -> None:
            if last:
                mover._site(last["source"]).ask(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(last["schema"])))
            leave(mover, *error)

        Mover._clear = clear_and_note  # type: ignore[assignment, method-assign]
        Mover.__exit__ = leave_something  # type: ignore[method-assign]


class OnlyLooks(Patched):
    """Nobody writes to the shard that moves."""

    @staticmethod
    def patch() -> None:
        from minigram.lab.experiments import moving
        from minigram.lab.load import Mix, everyday

        moving.ON_PHOTOS = moving.COMMENTS = Mix(everyday.__name__, {"photo": 1})


class DealtAnew(Patched):
    """With a server more, all shards are dealt anew: shard % n."""

    @staticmethod
    def patch() -> None:
        from minigram.databases.sharded import balance

        def plan(owners: dict[int, str], servers: Sequence[str]) -> list[balance.Transfer]:
            to = {shard: servers[shard % len(servers)] for shard in owners}
            return [balance.Transfer(shard, owner, to[shard]) for shard, owner in owners.items() if owner != to[shard]]

        balance.plan = cast(Any, plan)


class OneForAll(Patched):
    """The ids of all shards tell the same shard, but for those of the first sixteen."""

    @staticmethod
    def patch() -> None:
        right = ids.ddl
        ids.ddl = lambda schema, shard, clock=ids.CLOCK: right(schema, min(shard, 16), clock)


class Backward(Patched):
    """Ids are made by a clock that runs backward."""

    @staticmethod
    def patch() -> None:
        right, backward = ids.ddl, "('2040-01-01'::timestamptz - (pg_catalog.clock_timestamp() - '2020-01-01'))"

        def ddl(schema: str, shard: int, clock: str = backward) -> tuple[str, ...]:
            return right(schema, shard, backward if clock == ids.CLOCK else clock)

        ids.ddl = ddl


class LaterEpoch(Patched):
    """Milliseconds are counted from twenty years later."""

    @staticmethod
    def patch() -> None:
        right, later = ids.ddl, str(ids.EPOCH + 20 * 365 * 86_400_000)

        def ddl(schema: str, shard: int, clock: str = ids.CLOCK) -> tuple[str, ...]:
            return tuple(statement.replace(str(ids.EPOCH), later) for statement in right(schema, shard, clock))

        ids.ddl = ddl


class Repaired(Patched):
    """The ids that the chapter publishes are the repaired ones."""

    @staticmethod
    def patch() -> None:
        ids.ddl = ids_repaired.ddl


class Published(Patched):
    """Ids are made by the function of the original post, with a query for each part."""

    @staticmethod
    def patch() -> None:
        right = ids.ddl

        def ddl(schema: str, shard: int, clock: str = ids.CLOCK) -> tuple[str, ...]:
            from minigram.lab.experiments.ids import AS_PUBLISHED

            slow = AS_PUBLISHED.format(schema=schema, epoch=ids.EPOCH, shard=shard, ids=f"'{schema}.ids'")
            slow = slow.replace("CREATE", "CREATE OR REPLACE").replace("as_published()", "next_id()")
            return (*right(schema, shard, clock), slow)

        ids.ddl = ddl


class OrderedUuids(Patched):
    """What is called `uuid4` comes in order."""

    @staticmethod
    def patch() -> None:
        from minigram.lab.experiments import ids as experiment

        fill = experiment._fill

        def ordered(
            connection: "Connection", schema: str, rows: int, type: str, made: Sequence[sql.Composable]
        ) -> "Filled":
            if type == "uuid":
                made = [sql.SQL("lpad(to_hex(nextval({})), 32, '0')::uuid").format(sql.Literal(f"{schema}.plain"))]
            return fill(connection, schema, rows, type, made)

        experiment._fill = ordered


class NotRepaired(Patched):
    """The ids that the chapter calls repaired are the published ones."""

    @staticmethod
    def patch() -> None:
        ids_repaired.ddl = ids.ddl


def _nothing(*_: object, **__: object) -> None: ...


def _put_into(found: ShardedDatabases, kind: type[ShardedDatabases]) -> ShardedDatabases:
    """The same databases, as of another class."""
    found.__class__ = kind
    return found
