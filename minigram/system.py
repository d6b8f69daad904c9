"""A stage of the app is a class, made of parts; a chapter is a subclass that overrides a few of them."""

import os
import re
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast, overload

from minigram.addresses import Addresses, Need, Process

if TYPE_CHECKING:
    import click
    from sqlalchemy import Table

T = TypeVar("T")


class part(Generic[T]):
    """A read-only attribute of a stage, built from the method that it decorates.

    It is built when it is first asked for, once in each process (a forked child builds its own), under
    a lock. Its value is kept by the class that defines it, so `super().people` is the part beneath, whoever asks
    first. When the system closes, each part that has a `close()` is closed, last built first.
    """

    def __init__(self, build: Callable[[Any], T]) -> None:
        self.build = build
        self.__doc__ = build.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner, self.name = owner, name

    @overload
    def __get__(self, system: None, owner: type) -> Self: ...
    @overload
    def __get__(self, system: "Minigram", owner: type) -> T: ...
    def __get__(self, system: "Minigram | None", owner: type) -> Self | T:
        return self if system is None else system._parts().get(self)

    def __set__(self, system: "Minigram", value: object) -> None:
        raise AttributeError(f"the part '{self.name}' is read-only: override it in a subclass of {self.owner.__name__}")


class Minigram:
    """What every stage is: parts over the servers at `addresses`.

    `number`, `stem` and `title` tell the chapter; `schema`, `needs`, `processes` and `commands` tell what has
    to run before a part can be used.
    """

    number: ClassVar[int]
    stem: ClassVar[str]
    title: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """A stage is named by its module, chNN_…; any other subclass keeps the name of the stage that it changes."""
        super().__init_subclass__()
        if named := re.fullmatch(r"(?:.*\.)?(ch(\d\d)_\w+)", cls.__module__):
            cls.stem, cls.number = named[1], int(named[2])

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self._built: dict[int, _Built] = {}

    @classmethod
    def schema(cls) -> tuple["Table", ...]:
        """Every table, in an order in which they can be created."""
        return ()

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        """The servers."""
        return ()

    @classmethod
    def processes(cls) -> tuple[Process, ...]:
        """The app's own processes, in the order in which they start.

        People's browsers go to the last one that has a health page, unless a server stands in front of it.
        """
        return ()

    @classmethod
    def commands(cls) -> tuple["click.Command", ...]:
        """What the stage adds to the `minigram` command."""
        return ()

    @classmethod
    def parts(cls) -> dict[str, "part[Any]"]:
        """The parts by name, each as the youngest class defines it, oldest class first."""
        found: dict[str, part[Any]] = {}
        for ancestor in reversed(cls.__mro__):
            found.update({name: value for name, value in vars(ancestor).items() if isinstance(value, part)})
        return found

    def close(self) -> None:
        """Close the parts, last built first. Every one is closed even when another fails to."""
        self._parts().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _parts(self) -> "_Built":
        # By process: a fork copies its parent's parts, which are not the child's to use or to close. All threads of a
        # child may ask at once, and a lock might be one that was held when it forked: setdefault lets one of them win.
        process = os.getpid()
        found = self._built.get(process)
        return found if found is not None else self._built.setdefault(process, _Built(self))


class _Built:
    """The parts that one process has built, and how to close them."""

    def __init__(self, system: Minigram) -> None:
        self.system = system
        self.lock = threading.RLock()
        self.values: dict[part[Any], object] = {}
        self.building: list[part[Any]] = []
        self.closing = ExitStack()

    def get(self, which: part[T]) -> T:
        if which not in self.values:
            with self.lock:
                if which not in self.values:
                    self.values[which] = self._build(which)
        return cast(T, self.values[which])

    def _build(self, which: part[T]) -> T:
        if which in self.building:
            chain = " → ".join(p.name for p in [*self.building, which])
            raise RecursionError(f"the parts of {type(self.system).__name__} need each other in a circle: {chain}")
        self.building.append(which)
        try:
            value = which.build(self.system)
        finally:
            self.building.pop()
        close = getattr(value, "close", None)
        if callable(close):
            self.closing.callback(close)
        return value

    def close(self) -> None:
        with self.lock:
            self.values.clear()
            self.closing.close()
