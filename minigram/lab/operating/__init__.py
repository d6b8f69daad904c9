"""Commands for whoever operates the app while `minigram run` runs it in another terminal.

One module for each idea, with `COMMANDS`. They find the running app by lab/attached.py.
"""

import importlib
import pkgutil

import click


def _all() -> tuple[click.Command, ...]:
    modules = sorted(found.name for found in pkgutil.iter_modules(__path__))
    return tuple(command for module in modules for command in importlib.import_module(f"{__name__}.{module}").COMMANDS)


COMMANDS = _all()
