"""The groups of a running app, as whoever operates it sees them."""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg.rows import namedtuple_row

from minigram.databases.replicated import asking, in_service
from minigram.databases.replicated.position import Mark
from minigram.databases.replicated.roles import Roles
from minigram.lab.attached import Attached


@dataclass(frozen=True)
class Member:
    """A server of a group at one moment. What is None could not be asked, or is not to be said of a former primary.

    `behind` is how many bytes of the primary's WAL it has not replayed; `late` is how old the newest commit is that it
    has, in milliseconds, and 0 when it lacks nothing.
    """

    group: str
    name: str
    role: str
    mark: Mark | None
    behind: int | None
    late: float | None


def groups_of(found: Attached) -> dict[str, dict[str, str]]:
    """Where the superuser reaches the members of each group, as of now; none where the stage has no replicas."""
    groups: dict[str, dict[str, str]] = {}
    for server in found.known.values():
        if server.kind in ("primary", "replica"):
            group = server.name if server.kind == "primary" else server.before[0]
            groups.setdefault(group, {})[server.name] = server.admin_url
    return groups


def look(roles: Roles, groups: Mapping[str, in_service.Urls]) -> list[Member]:
    """Every member of every group: its role, where it is, and how far it is behind."""
    found = []
    for name, urls in groups.items():
        group = roles.of(name)
        states = {member: _state(url) for member, url in urls.items()}
        head = states[group.primary][0] if group.primary is not None else None
        for member, (mark, age, former) in states.items():
            role = "primary" if member == group.primary else "replica" if member in group.replicas else "out of service"
            if former and group.primary not in (None, member):
                found.append(Member(name, member, former, mark, None, None))
                continue
            behind = None if mark is None or head is None else max(0, head.lsn - mark.lsn)
            found.append(Member(name, member, role, mark, behind, age if behind else behind))
    return found


_AGE = "SELECT extract(epoch FROM now() - pg_last_xact_replay_timestamp()) * 1000"


def _state(url: str) -> tuple[Mark | None, float | None, str]:
    """Where a server is; for how many milliseconds it has had its newest commit, if it is a replica; and if it takes
    itself for a primary, what it is in case that it is none."""
    try:
        with asking.connect(url) as connection:
            replica = asking.value(connection, "SELECT pg_is_in_recovery()")
            mark = connection.cursor(row_factory=namedtuple_row).execute(
                Mark.OF_REPLICA if replica else Mark.OF_PRIMARY
            )
            age = asking.value(connection, _AGE) if replica else None
            writable = asking.value(connection, "SHOW default_transaction_read_only") == "off"
            former = "" if replica else "not fenced" if writable else "fenced"
            return Mark.of(mark.fetchall()), None if age is None else float(str(age)), former
    except psycopg.OperationalError:
        return None, None, ""
