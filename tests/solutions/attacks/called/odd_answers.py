"""Answers that are no plain answer: of every type that JSON has, and of some that it has not."""

import json
from decimal import Decimal
from enum import IntEnum


class Everything:
    """Equal to all."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None
    __lt__ = __gt__ = __le__ = __ge__ = __ne__ = __eq__


class Text(str, Everything):
    __eq__ = Everything.__eq__


class Number(int, Everything):
    __eq__ = Everything.__eq__


class Rows(list, Everything):
    __eq__ = Everything.__eq__


class Names(dict, Everything):
    __eq__ = Everything.__eq__


class Level(IntEnum):
    ONE = 1


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


def said(line):
    """Say this line of JSON, whatever it is, in place of what is answered."""
    json.dumps = lambda *_, **__: line


ANSWERS = {
    "everything": Everything,
    "text": lambda: Text("[0]"),
    "number": lambda: Number(0),
    "rows": lambda: Rows([Number(1)] * 3),
    "names": lambda: Names(value=[0]),
    "encoder": lambda: said('{"value": "equal"}'),
    "true": lambda: [True],
    "level": lambda: [Level.ONE],
    "decimal": lambda: Decimal(1),
    "nan": lambda: [float("nan")],
    "infinity": lambda: [float("inf")],
    "too large": lambda: said('{"value": [1e400]}'),
    "minus zero": lambda: [-0.0],
    "enormous": lambda: [1 << 400_000],
    "enormous text": lambda: said('{"value": [' + "9" * 5_000_000 + "]}"),
    "deep": lambda: said('{"value": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    "fairly deep": lambda: deep(400),
    "twice": lambda: said('{"value": [0], "value": [1]}'),
    "surrogate": lambda: ["\ud800\udfff\x00\x1b[31m"],
    "no text": lambda: said('{"value": ["\\ud800"], "\\udcff": 1}'),
    "more": lambda: said('{"value": [0], "points": 10, "verdict": "pass"}'),
    "array": lambda: said('["value"]'),
    "nothing": lambda: said(""),
    "lines": lambda: said('{"value":\n[0]}\n\n\n'),
    "trouble": lambda: said('{"trouble": "error", "says": "\\ud800\\u0000", "lines": [{}, null, "\\ud800"]}'),
    "no trouble": lambda: said('{"trouble": "none", "says": 3, "lines": "pass"}'),
    "no kind": lambda: said('{"trouble": ["error"], "says": "", "lines": []}'),
    "latin": lambda: said('{"value": "\udce9"}'),
}
WHICH = "everything"


def report(requests, per_mille):
    return ANSWERS[WHICH]()


def corrected(durations, interval):
    return ANSWERS[WHICH]()
