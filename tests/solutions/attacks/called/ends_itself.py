"""Ends its process, or tries to end whoever called it, in one of the ways there are."""

import os
import signal
import sys


class Success(BaseException):
    def __str__(self) -> str:
        return '{"value": [0]}\n{"value": [0]}'


class Silent(Exception):
    def __str__(self) -> str:
        os._exit(0)


def raising(error):
    raise error


WAYS = {
    "sys.exit": lambda: sys.exit(0),
    "os._exit": lambda: os._exit(0),
    "SystemExit": lambda: raising(SystemExit('{"value": []}')),
    "KeyboardInterrupt": lambda: raising(KeyboardInterrupt),
    "GeneratorExit": lambda: raising(GeneratorExit),
    "success": lambda: raising(Success()),
    "silent": lambda: raising(Silent()),
    "abort": os.abort,
    "stop": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "recursion": lambda: (lambda again: again(again))(lambda again: again(again)),
    "execv": lambda: os.execv("/bin/true", ["true"]),
}
WAY = "sys.exit"


def report(requests, per_mille):
    return WAYS[WAY]()


def corrected(durations, interval):
    return WAYS[WAY]()
