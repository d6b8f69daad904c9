"""The stages, discovered: one module a chapter, one class in it."""

import importlib
import pkgutil
import re
from functools import cache

from minigram.addresses import Addresses
from minigram.system import Minigram


class NoSuchStage(LookupError):
    """The name or number is not one of a stage."""


@cache
def stages() -> tuple[type[Minigram], ...]:
    """Every stage that this tree holds, oldest chapter first."""
    modules = [m.name for m in pkgutil.iter_modules(__path__) if re.match(r"ch\d\d_", m.name)]
    return tuple(_stage_of(stem) for stem in sorted(modules))


def stage(which: str | int) -> type[Minigram]:
    """The stage of a chapter, by number (1, "1"), by stem or tag or their beginning ("ch01"), or by class name.

    Raises NoSuchStage, which lists those that there are.
    """
    wanted = str(which).lower().replace("-", "_")
    for found in stages():
        if wanted in {str(found.number), found.stem, found.stem.split("_")[0], found.__name__.lower()}:
            return found
    known = ", ".join(f"{s.number} ({s.stem})" for s in stages())
    raise NoSuchStage(f"there is no stage {which!r}. There are: {known}.")


def newest() -> type[Minigram]:
    """The stage of the last chapter that this tree holds."""
    return stages()[-1]


def path_of(stage: type[Minigram]) -> str:
    """Where Python finds the class: "module:Class". It holds for any subclass of a stage, too."""
    return f"{stage.__module__}:{stage.__qualname__}"


def at(path: str) -> type[Minigram]:
    """The class at "module:Class". Raises NoSuchStage."""
    module, _, name = path.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise NoSuchStage(f"{path!r} is not the place of a stage (module:Class): {error}") from error
    if not (isinstance(found, type) and issubclass(found, Minigram)):
        raise NoSuchStage(f"{path!r} is there, and is not a stage")
    return found


def build(addresses: Addresses) -> Minigram:
    """A Minigram of the class that the addresses name, over the servers that they name."""
    return at(addresses.stage)(addresses)


def _stage_of(stem: str) -> type[Minigram]:
    module = importlib.import_module(f"{__name__}.{stem}")
    found = [
        c
        for c in vars(module).values()
        if isinstance(c, type) and issubclass(c, Minigram) and c.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise TypeError(f"{module.__name__} must define one stage, and defines {len(found)}")
    return found[0]
