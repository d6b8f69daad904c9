"""Letting the student's side come to the servers: in a role that can read and write data, and nothing else.

Every server gets a socket file that leads to it. A pooler is passed by: it would come to PostgreSQL in a role of its
own, which owns the tables, and what it does there nobody could tell from what the app did. So the student's side comes
straight to the PostgreSQL behind it, also where the exercise does not start the pooler at all.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from minigram.addresses import Need
from minigram.course.judge.admit import postgres, redis
from minigram.course.judge.relay import Relay
from minigram.lab import LabError
from minigram.lab.servers import Server

POOLERS = {"pgbouncer"}


@dataclass(frozen=True)
class Admitted:
    """A server as the student's side sees it: `url` is that side's, `admin_url` the judge's."""

    kind: str
    name: str
    url: str
    admin_url: str
    relay: Relay
    let_in: Callable[[], None]
    """Make the role; where it is there already nothing happens. A server that restarts may have forgotten it."""


def admit_all(servers: Mapping[str, Server], folder: Path) -> dict[str, Admitted]:
    """Make the role on each of them, and sockets in `folder`. One password for all: a replica has its primary's."""
    password = secrets.token_hex(16)
    lasting = [server for server in servers.values() if server.kind not in POOLERS]
    return {server.name: _admit(server, folder, number, password) for number, server in enumerate(lasting)}


def passing_by(needs: tuple[Need, ...], urls: Mapping[str, str]) -> dict[str, str]:
    """The URLs, and for each pooler that of the one server behind it, if that is there; `needs` has those behind a
    pooler before it.
    """
    found = dict(urls)
    for need in needs:
        if need.kind in POOLERS:
            (behind,) = need.before
            found |= {need.name: found[behind]} if behind in found else {}
    return found


def _admit(server: Server, folder: Path, number: int, password: str) -> Admitted:
    kinds = {"postgresql": postgres, "redis": redis}
    scheme = urlsplit(server.url).scheme
    if scheme not in kinds:
        raise LabError(f"The judge does not know yet how to let a submission come to a server of kind {server.kind}.")
    kind = kinds[scheme]
    kind.let_in(server, password)
    relay = Relay(kind.socket(folder, number), server.port, postgres.CONNECTIONS)
    url = kind.url(server, folder, number, password)
    return Admitted(server.kind, server.name, url, server.admin_url, relay, lambda: kind.let_in(server, password))
