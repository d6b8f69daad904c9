"""The kinds of servers, found by the names of their files."""

import importlib
import inspect

from minigram.lab import LabError
from minigram.lab.servers.server import Server


def kind(name: str) -> type[Server]:
    """The class of that kind: the one subclass of Server in this package's file of that name."""
    where = f"{__package__}.{name}"
    try:
        module = importlib.import_module(where)
    except ModuleNotFoundError as error:
        if error.name != where:
            raise
        raise LabError(f"There is no kind of server '{name}': {where.replace('.', '/')}.py is missing.") from error
    found = [
        c for _, c in inspect.getmembers(module, inspect.isclass) if issubclass(c, Server) and c.__module__ == where
    ]
    if len(found) != 1:
        raise LabError(f"{where} must define one kind of server, and defines {len(found)}.")
    return found[0]
