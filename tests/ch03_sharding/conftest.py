"""One PostgreSQL without any tables, and the stage with few shards."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from minigram.addresses import Need
from minigram.lab.leash import held_run
from minigram.lab.running import Running, running
from minigram.lab.servers import start_all
from minigram.outbox.relay import Relay
from tests.ch03_sharding.small import Small


@pytest.fixture(scope="package")
def empty() -> Iterator[str]:
    """Its URL, for the app's role, who may make schemas there."""
    with held_run() as run:
        yield start_all([Need("postgres", "one")], run)["one"].url


@pytest.fixture(scope="package")
def bench() -> Iterator[Running]:
    """The stage with eight shards, without its processes: nobody hands over what is left."""
    with running(Small, processes=False) as found:
        yield found


@pytest.fixture
def system(bench: Running) -> Iterator[Small]:
    """Its Minigram in this process; everything is empty, and in its place."""
    with Small(bench.addresses) as found:
        for home in found.databases.every():
            with home.begin() as tx:
                tx.execute(text(f"TRUNCATE {home.schema}.people, public.outbox CASCADE"))
        with found.main.every()[0].begin() as tx:
            tx.execute(text("TRUNCATE handles"))
        yield found


@pytest.fixture
def relay(system: Small) -> Relay:
    """The relay's work, done when it is called."""
    return Relay(system.databases, system.hand_over, threading.Event())
