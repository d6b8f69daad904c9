"""Which replicas of a group are in service: they may be read from and promoted, and commits may wait for them.

The roles and the primary both know it, and who changes it may die in between. So wherever the roles name anybody the
primary waits, and for nobody else: whoever has a commit is asked for it. (While the first one is put in service the
primary waits for it already, and nobody names it yet. Should that stay so, the primary is reminded.)
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from minigram.databases.replicated.asking import (
    Connection,
    Refused,
    committed,
    connect,
    conninfo,
    received,
    state,
    value,
    wait,
)
from minigram.databases.replicated.position import Lsn
from minigram.databases.replicated.roles import Group, Roles

Urls = Mapping[str, str]
"""Where the superuser reaches each member of a group."""
CHECKPOINT = 10.0
"""Seconds that a checkpoint may take, which writes down all that has changed."""


def attach(roles: Roles, name: str, member: str, urls: Urls, within: float = 10.0) -> bool:
    """Put a replica in service, once it has caught up with where the primary is now; whether that was to be done.

    Raises Refused.
    """
    group = roles.of(name)
    if group.primary is None or member in (group.primary, *group.replicas):
        return False
    _point(member, group.primary, urls)
    catch_up(member, group.primary, urls, within)
    with roles.changing(name) as now:
        if now.generation != group.generation:
            raise Refused(f"Another primary of {name} was named meanwhile, or tried. Start {member} again.")
        if member in now.astray:
            raise Refused(f"{member} may have what nobody was told. Start it again: it forgets that.")
        catch_up(member, group.primary, urls, within)  # again: who leaves replicas behind did not look at this one
        served = replace(now, replicas=tuple(sorted({*now.replicas, member})))
        if now.replicas:
            roles.save(served)
            arrange(served, urls)
        else:
            arrange(served, urls)
            catch_up(member, group.primary, urls, within)  # a last time: what was written before the primary waited
            roles.save(served)
        return True


def detach(roles: Roles, name: str, member: str, urls: Urls) -> None:
    """Take a replica out of service: nobody reads from it, and no commit waits for it.

    It may be the only replica that has the last commits. Where commits wait for one, another one has to have them
    first. Raises Refused where none has, and psycopg.OperationalError where the primary does not answer; then it stays
    in service.
    """
    with roles.changing(name) as group:
        if group.primary is not None and member in group.replicas:
            _let_go(roles, group, member, urls)


def disown(roles: Roles, name: str, member: str, urls: Urls) -> bool:
    """Take a replica out of service that has become a primary though nobody named it one: somebody promoted it by hand.
    Whether it has. Raises what `detach` does."""
    with roles.changing(name) as group:
        if group.primary is None or member not in group.replicas or not state(urls[member]).leads:
            return False
        astray = replace(group, astray=tuple(sorted({*group.astray, member})))
        roles.save(astray)
        _let_go(roles, astray, member, urls)
        return True


def leave_behind(roles: Roles, name: str, urls: Urls, within: float = 0.3) -> None:
    """Returns when every replica in service shows all that the primary has now; who is too late for that is out of
    service. Raises Refused, and psycopg.OperationalError where the primary does not answer.
    """
    with roles.changing(name) as group:  # whoever is just putting one in service has done so, or sees what we see
        pass
    if group.primary is None:
        raise Refused(f"{name} has no primary at the moment; another one is being promoted")
    with connect(urls[group.primary]) as primary:
        goal, late = committed(primary), {*group.replicas}
        end = time.monotonic() + within
        while late and time.monotonic() < end:
            time.sleep(0.001)
            late.difference_update(name for (name,) in primary.execute(_SHOW, [goal]))
    for replica in late:
        detach(roles, name, replica, urls)


def synchronous(roles: Roles, name: str, on: bool, urls: Urls) -> None:
    """Whether commits wait for a replica. Raises psycopg.OperationalError where the primary does not answer."""
    with roles.changing(name) as group:
        wanted = replace(group, synchronous=on)
        if on:
            arrange(wanted, urls)
        roles.save(wanted)
        if not on:
            arrange(wanted, urls)


def arrange(group: Group, urls: Urls) -> None:
    """Tell the primary, if there is one, whom its commits wait for; returns when they do."""
    if group.primary is None:
        return
    waited = waits_for(group)
    with connect(urls[group.primary], CHECKPOINT) as primary:
        primary.execute(sql.SQL("ALTER SYSTEM SET synchronous_standby_names = {}").format(sql.Literal(waited)))
        primary.execute("SELECT pg_reload_conf()")
        wait("the primary knows", lambda: value(primary, "SHOW synchronous_standby_names") == waited)
        if waited:  # commits ask what the checkpointer has made of the setting: it reads that before it begins
            primary.execute("CHECKPOINT")


def waits_for(group: Group) -> str:
    """For whom the primary's commits are to wait, as PostgreSQL writes it."""
    names = sql.SQL(", ").join(sql.Identifier(replica) for replica in group.replicas)
    return sql.SQL("ANY 1 ({})").format(names).as_string() if group.synchronous and group.replicas else ""


def make_slot(url: str, member: str) -> bool:
    """Keep the WAL that this member has not got yet. False where that was kept, and was lost, for it became too much:
    then no more is kept than what comes now."""
    with connect(url) as primary:
        lost = primary.execute(_DROP_LOST, {"name": member}).fetchall()
        make = "SELECT pg_create_physical_replication_slot(%(name)s, true) WHERE NOT EXISTS "
        primary.execute(make + "(SELECT FROM pg_replication_slots WHERE slot_name = %(name)s)", {"name": member})
    return not lost


def follow(replica: str, primary: str, urls: Urls) -> bool:
    """Have a replica follow a new primary; whether it does."""
    try:
        _point(replica, primary, urls)
        catch_up(replica, primary, urls)
        return True
    except (psycopg.Error, Refused):
        return False


def catch_up(member: str, leader: str, urls: Urls, within: float = 5.0) -> None:
    """Returns when a replica has what its primary has now, on the same timeline. Raises Refused."""
    with connect(urls[leader], CHECKPOINT) as primary, connect(urls[member], CHECKPOINT) as replica:
        port = urlsplit(urls[leader]).port
        goal = committed(primary)
        wait(f"{member} follows {leader}", lambda: value(replica, _FOLLOWS, port), within)
        caught_up = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
        wait(f"{member} has caught up with {leader}", lambda: value(replica, caught_up, goal), within)
        _learn_timeline(primary, replica, within)


def _point(member: str, leader: str, urls: Urls) -> None:
    """Have a replica follow this primary, if it does not."""
    make_slot(urls[leader], member)
    with connect(urls[member]) as replica:
        if not value(replica, _FOLLOWS, urlsplit(urls[leader]).port):
            to = sql.Literal(conninfo(urls[leader]))
            replica.execute(sql.SQL("ALTER SYSTEM SET primary_conninfo = {}").format(to))
            replica.execute("SELECT pg_reload_conf()")


def _let_go(roles: Roles, group: Group, member: str, urls: Urls) -> None:
    assert group.primary is not None
    left = replace(group, replicas=tuple(r for r in group.replicas if r != member))
    if left.replicas:
        arrange(left, urls)
        try:
            if group.synchronous:
                _one_has_all(left, urls)
        except Refused:
            arrange(group, urls)
            raise
        roles.save(left)
    else:
        state(urls[group.primary])  # it answers
        roles.save(left)
        arrange(left, urls)


def _one_has_all(group: Group, urls: Urls) -> None:
    assert group.primary is not None
    with connect(urls[group.primary]) as primary:
        goal = Lsn.parse(str(value(primary, "SELECT pg_current_wal_flush_lsn()::text")))

    def has_all(replica: str) -> bool:
        return (has := received(urls[replica])) is not None and has >= goal

    said = f"{' or '.join(group.replicas)} has all that was acknowledged"
    wait(said, lambda: any(map(has_all, group.replicas)), within=1.0)


def _learn_timeline(primary: Connection, replica: Connection, within: float) -> None:
    """Have the replica make a restart point on the primary's timeline: from then on it tells that it is there."""
    on = "SELECT timeline_id FROM pg_control_checkpoint()"

    def knows() -> bool:
        replica.execute("CHECKPOINT")
        return value(replica, on) == value(primary, on)

    if value(replica, on) != value(primary, on):
        primary.execute("CHECKPOINT")
        wait("the replica knows its timeline", knows, within)


_FOLLOWS = "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND sender_port = %s)"
_DROP_LOST = """
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %(name)s AND wal_status = 'lost'
"""
_SHOW = "SELECT application_name FROM pg_stat_replication WHERE replay_lsn >= %s::pg_lsn"
