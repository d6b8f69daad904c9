"""What people do, and how often: a mix is weights over named actions, and an action makes one request.

An action is a function of a module, found by its name, because the load generator runs in a process of its
own and must find it there: `def home_feed(known, rng) -> Request`. It draws from `rng` alone: a seed
repeats a run.
"""

import importlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from minigram.lab import LabError


class LoadError(LabError):
    """A load that cannot be made as asked; the message says what was expected."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    person: str | None = None  # who asks, so that it can be told later whose write was acknowledged


@dataclass(frozen=True)
class Known:
    """What a load knows of the town: names and photo ids (the popular first), tokens by name, JPEG files."""

    names: Sequence[str] = ()
    photos: Sequence[int | str] = ()
    tokens: Mapping[str, str] = field(default_factory=dict)
    jpegs: Sequence[str] = ()


Action = Callable[[Known, random.Random], Request]


@dataclass(frozen=True)
class Mix:
    """Weights over the actions of a module; they need not add up to anything."""

    module: str
    weights: Mapping[str, float]

    def actions(self) -> dict[str, Action]:
        """The functions by name; LoadError when the module does not have one of them."""
        module = importlib.import_module(self.module)
        missing = [name for name in self.weights if not callable(getattr(module, name, None))]
        if missing:
            raise LoadError(f"{self.module} has no action called {', '.join(missing)}: define it there, or drop it")
        return {name: getattr(module, name) for name in self.weights}

    def check(self, known: Known) -> None:
        """LoadError unless every action can make a request from what is known."""
        if not self.weights or min(self.weights.values()) < 0 or not sum(self.weights.values()):
            raise LoadError(f"a mix needs weights that are not negative and not all 0, not {dict(self.weights)}")
        for name, action in self.actions().items():
            try:
                action(known, random.Random(0))
            except (IndexError, KeyError, ValueError, OSError) as error:
                raise LoadError(f"the action {name} cannot make a request from what is known: {error}") from error

    def shares(self) -> dict[str, float]:
        total = sum(self.weights.values())
        return {name: weight / total for name, weight in self.weights.items()}
