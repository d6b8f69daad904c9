"""A stage whose parts write down when they are made and closed."""

from minigram.addresses import Addresses
from minigram.system import Minigram, part

NOWHERE = Addresses(stage="", servers={}, processes={}, media="", secret="")

log: list[str] = []


class Made:
    """What a part is made of: it writes down when it was made and closed."""

    def __init__(self, name: str, broken: bool = False) -> None:
        self.name, self.broken = name, broken
        log.append(f"made {name}")

    def close(self) -> None:
        log.append(f"closed {self.name}")
        if self.broken:
            raise RuntimeError(f"{self.name} does not close")


class First(Minigram):
    title = "First"

    @part
    def base(self) -> Made:
        """What the others stand on."""
        return Made("base")

    @part
    def people(self) -> Made:
        return Made(f"people on {self.base.name}")

    @part
    def number(self) -> int:
        return 7

    @part
    def feed(self) -> list[str]:
        return ["pulled"]
