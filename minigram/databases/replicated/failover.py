"""Changing who is the primary of a group. All of it is SQL, sent as the superuser: `urls` are by member.

What keeps two primaries apart, in the order in which it happens:

1. The roles say that there is no primary, in a new generation. No web server begins a transaction any more, and none
   acknowledges one that it began before.
2. The old primary, if it answers, is *fenced*: it takes no more writes, and all conversations with it are ended.
3. The replica that has the most is promoted, the others follow it, and the roles name it.
4. The old primary, whenever it starts again, finds that it is not the one that the roles name, and comes back as a
   replica. If it was only asleep and wakes, `fence` finds it; what it commits before that is not acknowledged: with a
   synchronous replica it waits for one that has left, without one the web server sees the new generation.

Whoever does this may die in between: the roles keep who was the primary, and who is to be it, and the next one goes on.
Once a replica has been asked to become the primary it is that one or nobody, as long as it answers: it may become it
whenever it can. If it dies before the roles name it, it has acknowledged nothing: it is the former primary again, or
another replica.
"""

from contextlib import suppress
from dataclasses import replace

import psycopg

from minigram.databases.replicated.asking import (
    Connection,
    Refused,
    State,
    answers,
    connect,
    is_primary,
    received,
    state,
    value,
    wait,
)
from minigram.databases.replicated.in_service import CHECKPOINT, Urls, arrange, follow, waits_for
from minigram.databases.replicated.roles import Group, Roles

APP = "minigram"
"""The app's role."""
PROMOTED = 30
"""Seconds within which a replica that is asked to has become a primary."""


def promote(roles: Roles, group: Group, to: str, urls: Urls) -> Group:
    """Make a replica in service the primary of the group, which is as it was looked at. Raises Refused.

    A primary that lives hands over first.
    """
    with roles.changing(group.name) as now:
        if (now.primary, now.generation) != (group.primary, group.generation):
            raise Refused(f"The primary of {group.name} has changed meanwhile: it is {now.primary}.")
        _must_be_best(now, to, urls)
        return _change(roles, now, to, now.primary or now.former, urls)


def take_over(roles: Roles, name: str, urls: Urls) -> Group | None:
    """Make the best replica the primary in place of one that does not answer; None where it answers. Raises Refused.

    Where a change was begun and whoever was asked has died, the one that was the primary before is it again, if it
    lives.
    """
    with roles.changing(name) as group:
        if group.primary is not None and is_primary(urls[group.primary]):
            return None  # it came back while we waited for our turn
        hopes = group.replicas if group.successor is None else (group.successor,)
        if group.former is not None and _alive(group, urls) and not any(answers(urls[hope]) for hope in hopes):
            return _give_back(roles, group, group.former, urls)
        # It may wake up at any moment: then it hands over.
        return _change(roles, group, best(group, urls), group.primary or group.former, urls)


def best(group: Group, urls: Urls) -> str:
    """The replica in service that has been asked already, or has the most.

    Raises Refused where that is not surely all that was acknowledged.
    """
    if (asked := _asked(group, urls)) is not None:
        return asked
    has = {replica: most for replica in group.replicas if (most := received(urls[replica])) is not None}
    missing = sorted(set(group.replicas) - set(has))
    if not has:
        before = group.primary or group.former
        raise Refused(f"No replica of {group.name} is in service and answers. Start one, or start {before}.")
    if missing and group.synchronous and not _alive(group, urls):
        raise Refused(f"{', '.join(missing)} does not answer, and may have what no other replica has. Start it first.")
    return max(has, key=lambda replica: has[replica])


def remind(roles: Roles, name: str, urls: Urls) -> bool:
    """Tell the primary again what it may have slept through: that it is not fenced, and whom its commits wait for.
    Whether that had to be done."""
    with roles.changing(name) as group:
        if group.primary is None or knows(group, state(urls[group.primary])):
            return False
        arrange(group, urls)
        _unfence(urls[group.primary])
        return True


def knows(group: Group, primary: State) -> bool:
    """Whether the primary is as the roles have it."""
    return not primary.fenced and primary.waits_for == waits_for(group)


def fence_former(roles: Roles, name: str, member: str, urls: Urls) -> bool:
    """Fence a server that takes itself for a primary and is none; whether that had to be done."""
    with roles.changing(name) as group:
        if group.primary in (None, member):
            return False
        found = state(urls[member])
        if not found.leads or found.fenced:
            return False
        fence(urls[member])
        return True


def fence(url: str) -> None:
    """Make a primary take no more writes, and end all conversations with it, whoever has them."""
    with connect(url) as old:
        old.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        old.execute("SELECT pg_reload_conf()")
        wait("the fence is up", lambda: state(url).fenced)
        _end_conversations(old)


def _change(roles: Roles, group: Group, to: str, old: str | None, urls: Urls) -> Group:
    """`old` is to hand over, if it answers."""
    between = replace(group, primary=None, former=group.primary or group.former, generation=group.generation + 1)
    between = replace(between, astray=_astray(group, to))
    roles.save(between)
    if to != group.successor:
        try:
            if old is not None and not _hand_over(urls[old], urls[to]):
                _must_be_best(replace(between, former=None), to, urls)  # it has handed nothing over, and will not
        except (psycopg.Error, Refused):
            if group.successor is None:  # else there is no way back
                roles.save(replace(between, primary=between.former, former=None))
                if old is not None:
                    _unfence(urls[old])
            raise
    between = replace(between, successor=to)
    roles.save(between)
    _unfence(urls[to])
    with connect(urls[to], PROMOTED + CHECKPOINT) as new:
        if value(new, "SELECT pg_is_in_recovery() AND NOT pg_promote(true, %s)", PROMOTED):
            raise Refused(f"{to} has not become the primary within {PROMOTED} s, and may yet. Its log says why.")
        new.execute("CHECKPOINT")  # pg_rewind looks for the new timeline there
    following = tuple(replica for replica in group.replicas if replica != to and follow(replica, to, urls))
    done = replace(between, primary=to, replicas=following, former=None, successor=None)
    arrange(done, urls)
    roles.save(done)
    return done


def _give_back(roles: Roles, group: Group, former: str, urls: Urls) -> Group:
    """The former primary lives, and has all that was acknowledged: it is the primary again, with those that follow."""
    following = tuple(one for one in group.replicas if one != group.successor and follow(one, former, urls))
    done = replace(group, primary=former, replicas=following, generation=group.generation + 1)
    done = replace(done, former=None, successor=None, astray=_astray(group, former))
    arrange(done, urls)
    _unfence(urls[former])
    roles.save(done)
    return done


def _astray(group: Group, to: str) -> tuple[str, ...]:
    """Who is astray if another one than the successor becomes the primary."""
    given_up = set() if group.successor in (None, to) else {group.successor}
    return tuple(sorted({*group.astray, *given_up}))


def _must_be_best(group: Group, to: str, urls: Urls) -> None:
    asked = _asked(group, urls)
    if to == asked:
        return
    if asked is not None:
        raise Refused(f"{asked} is becoming the primary of {group.name}. Promote {asked}, or end it first.")
    if to not in group.replicas:
        there = ", ".join(group.replicas) or "none"
        raise Refused(f"{to} is no replica of {group.name} in service. In service: {there}.")
    first = best(group, urls)
    mine, most = received(urls[to]), received(urls[first])
    if mine is None:
        raise Refused(f"{to} does not answer.")
    if most is None or mine >= most:
        return
    if not _alive(group, urls):  # a living one hands over the rest
        raise Refused(f"{first} has more of what was written than {to}. Promote {first}.")


def _asked(group: Group, urls: Urls) -> str | None:
    """Who has been asked to be the primary, if it answers."""
    asked = group.successor
    return asked if asked is not None and answers(urls[asked]) else None


def _alive(group: Group, urls: Urls) -> bool:
    """Whether the primary, or the one that was it before this change, answers: it has everything."""
    last = group.primary or group.former
    return last is not None and is_primary(urls[last])


def _hand_over(old: str, new: str) -> bool:
    """Fence the old primary, if it answers, and let the new one have its last write; whether it answered."""
    if not answers(old):
        return False
    fence(old)
    with connect(old) as before, connect(new) as after:
        last = value(before, "SELECT pg_current_wal_flush_lsn()::text")
        has = "SELECT pg_last_wal_receive_lsn() >= %s::pg_lsn"
        wait("the replica has all that was written", lambda: value(after, has, last), 10.0)
    return True


def _unfence(url: str) -> None:
    with suppress(psycopg.OperationalError), connect(url) as old:
        old.execute("ALTER SYSTEM RESET default_transaction_read_only")
        old.execute("SELECT pg_reload_conf()")


def _end_conversations(connection: Connection) -> None:
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = %s AND pid <> %s"
    connection.execute(others, ("client backend", connection.info.backend_pid))  # who comes later finds the fence
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
    wait("all conversations have ended", lambda: not connection.execute(ends, (APP,)).fetchall())
