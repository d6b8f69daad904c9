"""Code by name: the source of a function, class, method or constant, or of a whole file."""

import ast
import textwrap
from pathlib import Path

LANGUAGES = {
    ".py": "python",
    ".sql": "sql",
    ".html": "html+jinja",
    ".toml": "toml",
    ".yaml": "yaml",
    ".json": "json",
    ".css": "css",
}


class NoSuchListing(LookupError):
    """There is no such file, or no such name in it."""


def listing(root: Path, path: str, name: str = "") -> str:
    """The source of `name` ("Feed.home") in a Python file, with its decorators, dedented; or the whole file.

    Of several definitions with one name (overloads) it is the last, the one that Python keeps.
    """
    file = root / path
    try:
        source = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise NoSuchListing(f"{path} cannot be read: {problem}") from None
    if not name:
        return source.rstrip("\n")
    if file.suffix != ".py":
        raise NoSuchListing(f"{path} is not Python, so it can only be listed whole, without {name!r}")
    try:
        first, last = _lines(ast.parse(source).body, name)
    except SyntaxError as problem:
        raise NoSuchListing(f"{path} is not valid Python: {problem}") from None
    except NoSuchListing as problem:
        raise NoSuchListing(f"{path} has no {name}: {problem}") from None
    return textwrap.dedent("\n".join(source.split("\n")[first - 1 : last]))


def fenced(text: str, suffix: str) -> str:
    """A fenced block whose fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{LANGUAGES.get(suffix, 'text')}\n{text}\n{fence}\n"


def _lines(body: list[ast.stmt], name: str) -> tuple[int, int]:
    """The first and last line of a qualified name in a body."""
    first, _, rest = name.partition(".")
    found = [node for node in body if first in _names(node)]
    if not found:
        known = [known for node in body for known in _names(node)]
        raise NoSuchListing(f"found {', '.join(dict.fromkeys(known)) or 'nothing'}")
    node = found[-1]
    if rest:
        return _lines(getattr(node, "body", []), rest)
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)]), node.end_lineno or node.lineno


def _names(node: ast.stmt) -> list[str]:
    """What a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []
