"""A streaming replica of the PostgreSQL that its Need names: a copy, made when it first starts, that follows it."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from minigram.addresses import Need
from minigram.databases.replicated import in_service
from minigram.lab.servers.native import Native
from minigram.lab.servers.postgres import APP
from minigram.lab.servers.primary import Primary
from minigram.lab.servers.server import Neighbour, Recipe

if TYPE_CHECKING:
    from minigram.lab.servers.server import Box


class Replica(Primary):
    """It answers reads, and can be promoted. It has its primary's tables, roles and passwords."""

    def __init__(
        self, need: Need, run: Path, box: "type[Box]", behind: Mapping[str, Neighbour], port: int | None
    ) -> None:
        first = cast(Primary, behind[need.before[0]])
        super().__init__(replace(need, settings={**first.need.settings, **need.settings}), run, box, behind, port)
        self.group, self.members, self._first = first.name, first.members, first
        self.members[self.name] = self

    def native(self, box: Native) -> list[str]:
        """The copy (pg_basebackup), and the server on it."""
        self._join()
        shutil.rmtree(self.home / "cluster", ignore_errors=True)  # of a first try, whose port was taken
        box.folder(self.home / "cluster")
        self._tool(*self._copying(self._first))
        return self._serving(box)

    def docker(self) -> Recipe:
        """The copy is made in the container, and then the image's entry point finds it."""
        self._join()
        copy = " ".join(f"'{word}'" for word in self._copying(self._first))
        start = f'test -s "$PGDATA/PG_VERSION" || {copy}; exec docker-entrypoint.sh postgres "$@"'
        return Recipe(
            ["bash", "-ec", start, "replica", *self._settings(), *self._listening()],
            {"PGPASSWORD": self.admin_secret},
            on_host=True,
        )

    def welcome(self) -> None:
        """It has to follow the right primary: clusters that were copied from one another are easily mistaken."""
        self._attach()

    def _join(self) -> None:
        self.secret, self.admin_secret, self.door = self._first.secret, self._first.admin_secret, APP
        in_service.make_slot(self._first.admin_url, self.name)
