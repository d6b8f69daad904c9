"""The statements that repair reads with: pages of rows, and what of a page is missing elsewhere."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, Select, Table, any_, bindparam, exists, func, or_, select, union

from minigram.databases import Rows
from minigram.directory import handles
from minigram.outbox.table import outbox
from minigram.social.tables import comments, followers, following, likes, people, photos

BATCH = 1_000
"""How many rows are looked at together."""
SIGN_UP = timedelta(minutes=1)
"""How long a sign-up may take from the person to the handles."""
RELAY = 5
"""Seconds after which an event should have been handed over."""


def _ids(name: str) -> Any:
    return bindparam(name, type_=ARRAY(BigInteger))


WAITING = (
    b'SELECT "by", count(*), (array_agg(at ORDER BY id))[1] AS at FROM public.outbox'
    b" WHERE made_at < now() - make_interval(secs => $1) GROUP BY 1 ORDER BY 1"
)
UNDER_WAY = select(outbox.c.id).where(outbox.c.by == bindparam("person")).limit(1)
HERE = select(people.c.id).where(people.c.id == any_(_ids("ids"))).order_by(people.c.id.desc())
PEOPLE = (
    select(people.c.id, people.c.name, people.c.email)
    .where(
        people.c.id > bindparam("after"),
        people.c.joined_at < func.now() - SIGN_UP,
    )
    .order_by(people.c.id)
    .limit(BATCH)
)
ACTIVE = select(
    or_(
        exists().where(photos.c.author_id == bindparam("person")),
        exists().where(following.c.follower_id == bindparam("person")),
        exists().where(followers.c.followee_id == bindparam("person")),
    )
)
HANDLES = (
    select(handles.c.handle, handles.c.person_id)
    .where(handles.c.handle > bindparam("after"))
    .order_by(handles.c.handle)
    .limit(BATCH)
)
OWNERS = select(handles.c.person_id).where(
    handles.c.handle == any_(bindparam("handles", type_=ARRAY(handles.c.handle.type)))
)
HANDLES_OF = select(handles.c.handle).where(handles.c.person_id == bindparam("person"))


def _some(column: Column[int]) -> Select[Any]:
    page = select(column.label("person")).distinct().where(column > bindparam("after")).order_by(column).limit(BATCH)
    return select(page.subquery().c.person)


NAMED: Any = (
    union(*map(_some, (following.c.followee_id, followers.c.follower_id, likes.c.person_id, comments.c.person_id)))
    .order_by("person")
    .limit(BATCH)
)

ENDS = {following: ("follower_id", "followee_id"), followers: ("followee_id", "follower_id")}
_PAIRS = func.unnest(_ids("ones"), _ids("others")).table_valued("one", "other").render_derived("pair")


def _edges(table: Table) -> Select[Any]:
    one, other = (table.c[name] for name in ENDS[table])
    after = or_(one > bindparam("after"), (one == bindparam("after")) & (other > bindparam("then")))
    return select(one, other).where(one >= bindparam("after"), after).order_by(one, other).limit(BATCH)


def _missing(table: Table) -> Select[Any]:
    """Those of the pairs that the table has not."""
    one, other = (table.c[name] for name in ENDS[table])
    here = exists().where(one == _PAIRS.c.one, other == _PAIRS.c.other)
    return select(_PAIRS.c.one, _PAIRS.c.other).where(~here)


EDGES = {table: _edges(table) for table in ENDS}
MISSING = {table: _missing(table) for table in ENDS}


def pages(home: Any, statement: Select[Any], *keys: str) -> Iterator[Rows]:
    """The rows of a statement that continues after `after` (and `then`), batch by batch."""
    after: dict[str, Any] = {"after": "" if statement is HANDLES else 0}
    if len(keys) == 2:
        after["then"] = 0
    while rows := home.fresh.read(statement, **after):
        yield rows
        after = dict(zip(("after", "then"), (getattr(rows[-1], key) for key in keys), strict=False))
