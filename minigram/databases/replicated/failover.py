"""Changing who is the primary of a group. All of it is SQL, sent as the superuser: `urls` are by member.

What keeps two primaries apart, in the order in which it happens:

1. The roles say that there is no primary, in a new generation. No web server begins a transaction any more, and none
   acknowledges one that it began before.
2. The old primary, if it answers, is *fenced*: it takes no more writes, and all conversations with it are ended.
3. The replica that has the most is promoted, the others follow it, and the roles name it.
4. The old primary, whenever it starts again, finds that it is not the one that the roles name, and comes back as a
   replica. If it was only asleep and wakes, `fence` finds it; what it commits before that is not acknowledged: with a
   synchronous replica it waits for one that has left, without one the web server sees the new generation.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from minigram.databases.replicated.asking import (
    Connection,
    Refused,
    connect,
    conninfo,
    is_primary,
    read_only,
    received,
    value,
    wait,
)
from minigram.databases.replicated.roles import Group, Roles

Urls = Mapping[str, str]

APP = "minigram"
"""The app's role."""


def promote(roles: Roles, group: Group, to: str, urls: Urls) -> Group:
    """Make a replica in service the primary of the group, which is as it was looked at. Raises Refused."""
    with roles.changing(group.name) as now:
        if (now.primary, now.generation) != (group.primary, group.generation):
            raise Refused(f"The primary of {group.name} has changed meanwhile: it is {now.primary}.")
        group = now
        _must_be_best(group, to, urls)
        between = replace(group, primary=None, generation=group.generation + 1)
        roles.save(between)
        try:
            if group.primary is not None and not _hand_over(urls[group.primary], urls[to]):
                _must_be_best(group, to, urls)  # it may have died just now, and hands nothing over
            _unfence(urls[to])
            with connect(urls[to]) as new:
                if value(new, "SELECT pg_is_in_recovery() AND NOT pg_promote(true, 30)"):
                    raise Refused(f"{to} was not promoted within 30 s. Its log says why.")
                new.execute("CHECKPOINT")  # pg_rewind looks for the new timeline there
        except (psycopg.Error, Refused):
            if group.primary is not None and not is_primary(urls[to]):
                _unfence(urls[group.primary])
                roles.save(replace(group, generation=between.generation))
            raise
        following = tuple(r for r in group.replicas if r != to and _follow(r, to, urls))
        done = replace(between, primary=to, replicas=following)
        arrange(done, urls)
        roles.save(done)
        return done


def best(group: Group, urls: Urls) -> str:
    """The replica in service that has the most, or has been promoted already.

    Raises Refused where that is not surely all that was acknowledged.
    """
    if group.primary is None:
        for replica in group.replicas:
            if is_primary(urls[replica]):
                return replica
    has = {replica: most for replica in group.replicas if (most := received(urls[replica])) is not None}
    missing = sorted(set(group.replicas) - set(has))
    if not has:
        raise Refused(f"No replica of {group.name} is in service and answers. Start one, or start {group.primary}.")
    if missing and group.synchronous:
        raise Refused(f"{', '.join(missing)} does not answer, and may have what no other replica has. Start it first.")
    return max(has, key=lambda replica: has[replica])


def attach(roles: Roles, name: str, member: str, urls: Urls, within: float = 10.0) -> bool:
    """Put a replica in service, once it has caught up with where the primary is now; whether that was to be done.

    Raises Refused.
    """
    group = roles.of(name)
    if group.primary is None or member in (group.primary, *group.replicas):
        return False
    make_slot(urls[group.primary], member)
    with connect(urls[group.primary]) as primary, connect(urls[member]) as replica:
        port = urlsplit(urls[group.primary]).port
        goal = value(primary, "SELECT pg_current_wal_flush_lsn()::text")
        follows = "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND sender_port = %s)"
        wait(f"{member} follows {group.primary}", lambda: value(replica, follows, port), within)
        caught_up = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
        wait(f"{member} has caught up with {group.primary}", lambda: value(replica, caught_up, goal), within)
        _learn_timeline(primary, replica, within)
    with roles.changing(name) as now:
        if now.generation != group.generation:
            raise Refused(f"{name} got another primary meanwhile. Start {member} again.")
        served = replace(now, replicas=tuple(sorted({*now.replicas, member})))
        arrange(served, urls)  # first: who may be promoted is waited for
        roles.save(served)
        return True


def detach(roles: Roles, name: str, member: str, urls: Urls) -> None:
    """Take a replica out of service: nobody reads from it, and no commit waits for it."""
    with roles.changing(name) as group:
        if member in group.replicas:
            left = replace(group, replicas=tuple(r for r in group.replicas if r != member))
            roles.save(left)
            with suppress(psycopg.OperationalError):  # the primary may be away
                arrange(left, urls)


def synchronous(roles: Roles, name: str, on: bool, urls: Urls) -> None:
    """Whether commits wait for a replica. Raises psycopg.OperationalError where the primary does not answer."""
    with roles.changing(name) as group:
        wanted = replace(group, synchronous=on)
        arrange(wanted, urls)
        roles.save(wanted)


def fence_former(roles: Roles, name: str, member: str, urls: Urls) -> bool:
    """Fence a server that takes itself for a primary and is none; whether that had to be done."""
    with roles.changing(name) as group:
        if group.primary in (None, member) or not is_primary(urls[member]) or read_only(urls[member]):
            return False
        fence(urls[member])
        return True


def fence(url: str) -> None:
    """Make a primary take no more writes, and end all conversations that the app has with it."""
    with connect(url) as old:
        old.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        old.execute("SELECT pg_reload_conf()")
        wait("the fence is up", lambda: read_only(url))
        _end_conversations(old)


def arrange(group: Group, urls: Urls) -> None:
    """Tell the primary, if there is one, whom its commits wait for; returns when it knows."""
    if group.primary is None:
        return
    names = sql.SQL(", ").join(sql.Identifier(replica) for replica in group.replicas)
    waited = sql.SQL("ANY 1 ({})").format(names).as_string() if group.synchronous and group.replicas else ""
    with connect(urls[group.primary]) as primary:
        primary.execute(sql.SQL("ALTER SYSTEM SET synchronous_standby_names = {}").format(sql.Literal(waited)))
        primary.execute("SELECT pg_reload_conf()")
        wait("the primary knows", lambda: value(primary, "SHOW synchronous_standby_names") == waited)


def make_slot(url: str, member: str) -> None:
    """Keep the WAL that this member has not got yet."""
    with connect(url) as primary:
        make = "SELECT pg_create_physical_replication_slot(%(name)s, true) WHERE NOT EXISTS "
        primary.execute(make + "(SELECT FROM pg_replication_slots WHERE slot_name = %(name)s)", {"name": member})


def _must_be_best(group: Group, to: str, urls: Urls) -> None:
    if group.primary is None and is_primary(urls[to]):
        return  # somebody began this, and died before it was done
    if to not in group.replicas:
        there = ", ".join(group.replicas) or "none"
        raise Refused(f"{to} is no replica of {group.name} in service. In service: {there}.")
    first = best(group, urls)
    mine, most = received(urls[to]), received(urls[first])
    if mine is None:
        raise Refused(f"{to} does not answer.")
    if most is None or mine >= most:
        return
    if group.primary is None or not is_primary(urls[group.primary]):  # a living one hands over the rest
        raise Refused(f"{first} has more of what was written than {to}. Promote {first}.")


def _hand_over(old: str, new: str) -> bool:
    """Fence the old primary, if it answers, and let the new one have its last write; whether it answered."""
    try:
        fence(old)
    except psycopg.OperationalError:
        return False
    with connect(old) as before, connect(new) as after:
        last = value(before, "SELECT pg_current_wal_flush_lsn()::text")
        has = "SELECT pg_last_wal_receive_lsn() >= %s::pg_lsn"
        wait("the replica has all that was written", lambda: value(after, has, last), 10.0)
    return True


def _follow(replica: str, primary: str, urls: Urls) -> bool:
    """Whether this replica follows the new primary now."""
    try:
        make_slot(urls[primary], replica)
        with connect(urls[replica]) as connection:
            to = sql.Literal(conninfo(urls[primary]))
            connection.execute(sql.SQL("ALTER SYSTEM SET primary_conninfo = {}").format(to))
            connection.execute("SELECT pg_reload_conf()")
            port = urlsplit(urls[primary]).port
            follows = "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND sender_port = %s)"
            wait(f"{replica} follows {primary}", lambda: value(connection, follows, port))
            with connect(urls[primary]) as new:
                goal = value(new, "SELECT pg_current_wal_flush_lsn()::text")
                has = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
                wait(f"{replica} has caught up", lambda: value(connection, has, goal))
                _learn_timeline(new, connection)
        return True
    except (psycopg.Error, Refused):
        return False


def _learn_timeline(primary: Connection, replica: Connection, within: float = 5.0) -> None:
    """Have the replica make a restart point on the primary's timeline: from then on it tells that it is there."""
    on = "SELECT timeline_id FROM pg_control_checkpoint()"

    def knows() -> bool:
        replica.execute("CHECKPOINT")
        return value(replica, on) == value(primary, on)

    if value(replica, on) != value(primary, on):
        primary.execute("CHECKPOINT")
        wait("the replica knows its timeline", knows, within)


def _unfence(url: str) -> None:
    with suppress(psycopg.OperationalError), connect(url) as old:
        old.execute("ALTER SYSTEM RESET default_transaction_read_only")
        old.execute("SELECT pg_reload_conf()")


def _end_conversations(connection: Connection) -> None:
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
    wait("all conversations have ended", lambda: not connection.execute(ends, (APP,)).fetchall())
