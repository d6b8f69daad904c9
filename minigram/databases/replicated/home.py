"""The only home, whose rows lie on a primary and its replicas."""

from minigram.databases.node import Node
from minigram.databases.one import OneDatabase


class ReplicatedDatabase(OneDatabase):
    """All homes are one group."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def fresh(self) -> "ReplicatedDatabase":
        return ReplicatedDatabase(self._node.fresh)
