"""The student's side of a called exercise: import the student's module, and answer calls with its functions.

It is run by its path, so that nothing else of the judge is loaded. It runs in the student's interpreter, so nothing
that it says is believed: the judge takes its answers as plain data. What it says of an error is for the student.
"""

import importlib
import importlib.util
import inspect
import json
import linecache
import os
import socket
import sys
import traceback
from typing import Any


def main() -> None:
    """argv: the judge's socket, the module, what it has to offer as JSON."""
    path, module, offers = sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as judge:
        judge.connect(path)
        with judge.makefile("r", encoding="utf-8") as asked, judge.makefile("w", encoding="utf-8") as answer:

            def say(what: dict[str, Any]) -> None:
                answer.write(json.dumps(what) + "\n")
                answer.flush()

            loaded, problem = _load(module, json.loads(offers))
            say(problem or {"loaded": True})
            for line in asked:
                call = json.loads(line)
                try:
                    value = getattr(loaded, call["call"])(*call["arguments"])
                    said = json.dumps({"value": value}, default=_not_plain)
                except _NotPlain as error:
                    said = json.dumps({"trouble": "answer", "says": f"{call['call']} {error}", "lines": []})
                except BaseException as error:
                    said = json.dumps(_trouble("error", error, module))
                answer.write(said + "\n")
                answer.flush()


class _NotPlain(Exception):
    """What the student's function returned cannot be handed over."""


def _not_plain(value: object) -> None:
    """Asked where JSON does not know what to do."""
    plain = "numbers, texts, lists, tuples, dictionaries, True, False and None"
    raise _NotPlain(f"returned a {type(value).__name__}, or something with one inside; it may return {plain}")


def _load(module: str, offers: dict[str, list[str]]) -> tuple[Any, dict[str, Any] | None]:
    try:
        loaded = importlib.import_module(module)
    except SyntaxError as error:
        text = (error.text or "").rstrip()
        return None, {"trouble": "syntax", "says": f"{error.msg}", "lines": [f"line {error.lineno}: {text}"]}
    except ModuleNotFoundError as error:
        said = _trouble("missing package", error, module)
        package = module.rpartition(".")[0]
        if error.name and importlib.util.find_spec(f"{package}.{error.name}"):
            said["says"] += f"; it lies beside your file: write `from {package}.{error.name} import …`"
        return None, said
    except BaseException as error:
        return None, _trouble("import", error, module)
    for name, takes in offers.items():
        found: Any = loaded
        for word in name.split("."):
            found = getattr(found, word, None)
        wanted, method = f"{name}({', '.join(takes)})", "." in name
        if not callable(found):
            whole = name.split(".")[0]
            says = f"there is no class {whole}" if method and not hasattr(loaded, whole) else f"{wanted} is not there"
            return None, {"trouble": "signature", "says": says, "lines": []}
        try:
            signature = inspect.signature(found)
            signature.bind(*([None] * (len(takes) + method)))
        except TypeError:
            has = f"{name}({', '.join(list(signature.parameters)[method:])})"
            return None, {"trouble": "signature", "says": f"expected {wanted}, found {has}", "lines": []}
    return loaded, None


def _trouble(kind: str, error: BaseException, module: str) -> dict[str, Any]:
    """What happened, with the student's own lines of the traceback and nobody else's."""
    ours = os.path.join(*module.split(".")) + ".py"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(ours)]
    lines = [f"line {f.lineno}, in {f.name}: {linecache.getline(f.filename, f.lineno or 0).strip()}" for f in frames]
    says = f"{type(error).__name__}: {error}"
    return {"trouble": kind, "says": says[:500], "lines": lines[-8:]}


if __name__ == "__main__":
    main()
