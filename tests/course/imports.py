"""Who imports whom in a tree of Python files, read from the source: function-level imports count too."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Import:
    """`path`, at `line`, imports the module `name`; `target` is that file, None outside of the tree."""

    path: str
    line: int
    name: str
    target: str | None

    def __str__(self) -> str:
        return f"{self.path}:{self.line} imports {self.name}"


def imports(sources: Mapping[str, str]) -> list[Import]:
    """Every import in the files, given by path. Importing `a.b` imports the package `a` too."""
    files = {module_of(path): path for path in sources}
    found = []
    for path, source in sources.items():
        for line, names in _statements(path, source):
            known = [name for name in names if name in files]
            for name in known or names[:1]:
                found.append(Import(path, line, name, files.get(name)))
            for package in {parent for name in names for parent in _parents(name) if parent in files} - set(known):
                found.append(Import(path, line, package, files[package]))
    return found


def module_of(path: str) -> str:
    """The dotted name of a file: `minigram/web/__init__.py` is minigram.web."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def inside(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of the packages or in one."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def _statements(path: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """(line, the modules that a statement may mean): `from a import b` may mean a.b, and means a."""
    package = module_of(path).split(".")
    if not path.endswith("/__init__.py"):
        package = package[:-1]
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, [alias.name]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield node.lineno, [base, *(f"{base}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.lineno, [node.args[0].value]


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]
