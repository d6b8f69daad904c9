"""The notes of the small groups: written and read through a ReplicatedNode, as a web server does."""

import itertools
from contextlib import AbstractContextManager

from sqlalchemy import Column, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import Insert, insert

from minigram.databases.node import Node
from minigram.databases.replicated.node import ReplicatedNode
from minigram.databases.replicated.roles import beside
from minigram.databases.replicated.session import Session
from minigram.lab.experiments import losing
from minigram.lab.running import Running

READ = b"SELECT body FROM note WHERE id = %(id)s"


def reach(run: Running, patience: float = 0.02) -> ReplicatedNode:
    urls = dict(run.addresses.servers)
    return ReplicatedNode("db", urls, beside(run.addresses.media), patience=patience)


def somebody(key: str = "ann") -> Session:
    return Session(lambda: key)


NOTE = Table("note", MetaData(), Column("id", Integer, primary_key=True), Column("body", Text))


def note(id: int, body: str = "x") -> Insert:
    new = insert(NOTE).values(id=id, body=body)
    return new.on_conflict_do_update(index_elements=["id"], set_={"body": body})


def write(node: Node, id: int, body: str = "x") -> None:
    with node.begin() as tx:
        tx.execute(note(id, body))


def sees(node: Node, id: int) -> bool:
    return bool(node.read(READ, {"id": id}))


def writing(node: Node, writers: int) -> AbstractContextManager[list[int]]:
    """People who go on writing during the block; the ids of what was acknowledged."""
    return losing.writing(lambda number: write(node, number), itertools.count(1_000), writers)
