"""A sharded app that runs is given more servers, and somebody who moves shards between them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from minigram.addresses import Need
from minigram.databases.sharded.moving.mover import Mover
from minigram.databases.sharded.moving.moves import Moves
from minigram.databases.sharded.moving.site import Site
from minigram.lab import LabError
from minigram.lab.attached import Attached
from minigram.outbox import table as outbox
from minigram.stages import at
from minigram.stages.ch03_sharding import Sharded

FIRST = "db1"
"""The server after whose model others are made."""


def stage_of(app: Attached) -> type[Sharded]:
    """The stage that runs. Raises LabError if it has no shards."""
    stage = at(app.addresses.stage)
    if not issubclass(stage, Sharded):
        raise LabError(f"The app that runs is {stage.title!r}, which has no shards. Start a later chapter: make run")
    return stage


def sites(app: Attached) -> dict[str, str]:
    """The superuser's URLs of the servers that have shards, and of the one that has the map."""
    with site(app, "main") as main:
        servers = Moves(main).servers()
    known = app.known  # a file
    return {name: _admin_url(app, name) for name in ("main", *servers) if name in known}


@contextmanager
def site(app: Attached, name: str) -> Iterator[Site]:
    """One of its servers, to be asked. Raises LabError if the app has no shards."""
    found = Site(name, _admin_url(app, name))
    try:
        yield found
    finally:
        found.close()


def mover(app: Attached) -> Mover:
    """Who moves the shards of this app."""
    stage = stage_of(app)

    def settle(server: str) -> None:
        members = [one for one in app.known.values() if one.name == server or server in one.before]
        stage.settle(app.addresses, server, {one.name: one.admin_url for one in members})

    return Mover(sites(app), lambda shard: stage.create([shard]), settle)


def add_server(app: Attached) -> str:
    """Start one PostgreSQL more, with all that belongs to it, and enter it in the map, without shards; its name."""
    stage = stage_of(app)
    server, *others = _one_more(stage, 1 + max(int(name[2:]) for name in app.known if re.fullmatch(r"db\d+", name)))
    app.start(server, *others)
    with site(app, "main") as main:
        main.ask("INSERT INTO servers (name) VALUES (%s)", server.name)
    return server.name


def _admin_url(app: Attached, name: str) -> str:
    return app.known[stage_of(app).primary(app.addresses, name)].admin_url


def _one_more(stage: type[Sharded], number: int) -> list[Need]:
    """What the first server is, and all that leads to it (its pooler, its replicas and theirs), once more."""
    needs = {need.name: need for need in stage.needs()}

    def leads(need: Need) -> bool:
        return any(name == FIRST or (name in needs and leads(needs[name])) for name in need.before)

    def named(name: str) -> str:
        return name.replace("1", str(number), 1)

    server = replace(needs[FIRST], name=named(FIRST), setup=outbox.setup())
    others = [need for need in needs.values() if leads(need)]
    return [server, *(replace(n, name=named(n.name), before=tuple(map(named, n.before))) for n in others)]
